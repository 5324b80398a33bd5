#!/bin/sh
# Expected: a data set compared with itself has precision 1 and recall 1.
# Happens: precision, recall, density and coverage are all 0.0 if each image occurs 6 times
#   and nearest_k is 5. With 5 times each they are 1.0. The radius around an image is the
#   distance to its 5th neighbour: 0 with 6 copies; and 0 < 0 is never true.
# Library: prdc 0.2 (reference code of "density and coverage"), scikit-learn 1.9.1, numpy 2.4.6.
# Who meets it: a course that scores samples of a toy set (points of a grid, binary pictures,
#   a bootstrap of few images), or a model that has collapsed on few pictures: a perfect
#   copy of the data gets the worst mark.
# Date: 2026-11-29. Output seen:
#   prdc 0.2
#   5 copies: precision 1.0, recall 1.0, density 1.0, coverage 1.0
#   6 copies: precision 0.0, recall 0.0, density 0.0, coverage 0.0
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet prdc==0.2 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import contextlib
import io
from importlib.metadata import version
import numpy as np
from prdc import compute_prdc

points = np.array([[i, j] for i in range(5) for j in range(4)], dtype=np.float64)
print("prdc", version("prdc"))
scores = {}
for copies in (5, 6):
    data = np.repeat(points, copies, axis=0)
    with contextlib.redirect_stdout(io.StringIO()):
        scores[copies] = compute_prdc(real_features=data, fake_features=data.copy(), nearest_k=5)
    print("%d copies: %s" % (copies, ", ".join("%s %s" % (k, float(v)) for k, v in scores[copies].items())))
assert scores[5]["precision"] == scores[5]["recall"] == 1.0
assert all(v == 0.0 for v in scores[6].values())
print("as found: prdc gives 0 for a data set against itself, once each point occurs more than nearest_k times.")
EOF
