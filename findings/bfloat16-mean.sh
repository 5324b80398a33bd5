#!/bin/sh
# Expected: the mean of 1000 ones in bfloat16 is 1.0; numpy keeps a wider sum for half
#   precision, as it does for float16.
# Happens: numpy's mean of ml_dtypes.bfloat16 is 0.2559. The sum is kept in bfloat16, where
#   256 + 1 is 256, so it stops there. float16 is widened, bfloat16 is not; no warning.
# Library: ml_dtypes 0.6.0 with numpy 2.4.6 (the type that JAX and safetensors.numpy use).
# Who meets it: a student or TA averages a loss, or an image, that a bfloat16 model made.
#   The loss looks four times too good, and a longer run looks better still.
# Date: 2026-11-29. Output seen:
#   numpy 2.4.6, ml_dtypes 0.6.0
#   mean of 1000 ones: float16 1.0, bfloat16 0.255859; as float32 1.0
#   mean of 4000 ones: bfloat16 0.0639648
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet ml_dtypes==0.6.0 numpy==2.4.6
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import ml_dtypes
import numpy as np

half = np.ones(1000, np.float16).mean()
brain = np.ones(1000, ml_dtypes.bfloat16).mean()
wide = np.ones(1000, ml_dtypes.bfloat16).mean(dtype=np.float32)
longer = np.ones(4000, ml_dtypes.bfloat16).mean()
print("numpy %s, ml_dtypes %s" % (np.__version__, ml_dtypes.__version__))
print("mean of 1000 ones: float16 %s, bfloat16 %s; as float32 %s" % (half, brain, wide))
print("mean of 4000 ones: bfloat16 %s" % longer)
assert half == 1.0 and wide == 1.0
assert 0.25 < float(brain) < 0.26 and 0.06 < float(longer) < 0.07
print("as found: numpy's mean of 1000 bfloat16 ones is 0.2559, as the sum stops at 256.")
EOF
