#!/bin/sh
# Expected: einops.repeat(x, "d -> b d", b=3) makes three rows of their own in torch, as it does in
#   numpy.
# Happens: in torch the three rows and the input are one memory. Writing r[0, 0] = 1 changes all
#   rows and x itself. In numpy it changes one number. There is no warning and no error.
#   A pattern that merges axes, as "d -> (b d)", copies in torch, too.
# Library: einops 0.8.2 with torch 2.14.1 and numpy 2.4.6.
# Who meets it: a student who repeats one start noise for a batch, then sets a part of each
#   picture in place (inpainting, a class label): all pictures of the batch become equal, while
#   the numpy version in the notebook works.
# Date: 2026-11-29. Output seen:
#   einops 0.8.2, torch 2.14.1+cu130, numpy 2.4.6
#   numpy: rows [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]] input [0.0, 0.0]
#   torch: rows [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]] input [1.0, 0.0]
#   torch, "d -> (b d)": input [0.0, 0.0]
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6 einops==0.8.2
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import einops
import numpy as np
import torch

print("einops %s, torch %s, numpy %s" % (einops.__version__, torch.__version__, np.__version__))
seen = {}
for name, x in (("numpy", np.zeros(2)), ("torch", torch.zeros(2))):
    rows = einops.repeat(x, "d -> b d", b=3)
    rows[0, 0] = 1.0
    seen[name] = (rows.tolist(), x.tolist())
    print("%s: rows %s input %s" % (name, *seen[name]))
x = torch.zeros(2)
einops.repeat(x, "d -> (b d)", b=3)[0] = 1.0
print('torch, "d -> (b d)": input', x.tolist())
assert seen["numpy"] == ([[1, 0], [0, 0], [0, 0]], [0, 0])
assert seen["torch"] == ([[1, 0], [1, 0], [1, 0]], [1, 0])
assert x.tolist() == [0, 0]
print("as found: einops.repeat copies in numpy, but in torch all rows and the input share one memory.")
EOF
