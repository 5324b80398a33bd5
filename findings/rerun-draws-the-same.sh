#!/bin/sh
# Expected: a statistical test that fails by bad luck is run again by pytest-rerunfailures with
#   new random numbers, so five reruns make a false alarm very rare.
# Happens: with pytest-randomly installed beside it, each rerun draws exactly the same numbers.
#   It sets the seed of random and of numpy before each run of a test from the session's seed and
#   the test's name, and a rerun has the same name. The reruns can never help.
# Libraries: pytest-randomly 5.1.0 with pytest-rerunfailures 16.7, pytest 9.2.0, numpy 2.4.6.
# Who meets it: a course that checks means and variances of noise, and has both plugins: one to
#   find tests that depend on the order, one for the rare unlucky draw.
# Date: 2026-11-29. Output seen:
#   pytest 9.2.0, pytest-randomly 5.1.0, pytest-rerunfailures 16.7
#   with pytest-randomly: 6 runs, 1 different draw
#   without: 6 runs, 6 different draws
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet pytest==9.2.0 pytest-randomly==5.1.0 pytest-rerunfailures==16.7 numpy==2.4.6
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import pathlib
import subprocess
import sys
from importlib.metadata import version

pathlib.Path("test_noise.py").write_text('''
import random
import numpy as np

def test_unlucky():
    draw = (random.random(), float(np.random.standard_normal()))
    with open("draws.txt", "a") as f:
        print(draw, file=f)
    assert draw[0] < 0, "always unlucky, to see all reruns"
''')

def draws(*more):
    pathlib.Path("draws.txt").unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--reruns", "5", *more, "test_noise.py"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return pathlib.Path("draws.txt").read_text().splitlines()

print(", ".join("%s %s" % (p, version(p)) for p in ("pytest", "pytest-randomly", "pytest-rerunfailures")))
a, b = draws(), draws("-p", "no:randomly")
print("with pytest-randomly: %d runs, %d different draw" % (len(a), len(set(a))))
print("without: %d runs, %d different draws" % (len(b), len(set(b))))
assert (len(a), len(set(a)), len(b), len(set(b))) == (6, 1, 6, 6)
print("as found: beside pytest-randomly, each rerun of pytest-rerunfailures draws the same random numbers.")
EOF
