#!/bin/sh
# Expected: with p=2, two functions of POT that are named after the Wasserstein distance give
#   the same number for the same points on a line: 3 for a shift by 3.
# Happens: ot.wasserstein_1d(p=2) gives 9, the distance to the power p. The function
#   ot.sliced_wasserstein_distance(p=2) gives 3, and so does the Gaussian one (Bures).
#   With p=1 all agree, so a test with p=1 does not show it.
# Library: POT 0.9.7.post1, numpy 2.4.6, scipy 1.17.1.
# Who meets it: a course that marks samples of a one-dimensional mixture with a threshold.
#   The threshold that was found with one function is wrong for the other: below 1 the power
#   makes bad samples look good (0.3 becomes 0.09).
# Date: 2026-11-29. Output seen:
#   POT 0.9.7.post1
#   p=2: wasserstein_1d 9.0, sliced 3.0, bures 3.0
#   p=1: wasserstein_1d 3.0, sliced 3.0
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet POT==0.9.7.post1 numpy==2.4.6 scipy==1.17.1
cd "$d"
"$d/venv/bin/python" - <<'EOF'
from importlib.metadata import version
import numpy as np
import ot

x = np.array([0.0, 1.0, 2.0])
y = x + 3.0
line = {p: float(ot.wasserstein_1d(x, y, p=p)) for p in (1, 2)}
sliced = {p: float(ot.sliced_wasserstein_distance(x[:, None], y[:, None], p=p, seed=0)) for p in (1, 2)}
one = np.eye(1)
bures = float(ot.gaussian.bures_wasserstein_distance(np.zeros(1), np.full(1, 3.0), one, one))
print("POT", version("POT"))
print("p=2: wasserstein_1d %.1f, sliced %.1f, bures %.1f" % (line[2], sliced[2], bures))
print("p=1: wasserstein_1d %.1f, sliced %.1f" % (line[1], sliced[1]))
assert abs(line[1] - 3) < 1e-6 and abs(sliced[1] - 3) < 1e-6
assert abs(line[2] - 9) < 1e-6 and abs(sliced[2] - 3) < 1e-6 and abs(bures - 3) < 1e-6
print("as found: POT's wasserstein_1d gives W to the power p, its sliced and Gaussian distances give W itself.")
EOF
