#!/bin/sh
# Expected: each test with a weight is in results.json, whatever happened to it, so that the maxima
#   always add up to the assignment's points; a test that errs has 0 of its points.
# Happens: only the tests that passed or failed are in the file. One whose fixture raises is left out
#   with its maximum, as is one that is skipped. Where a fixture raises after its test has passed,
#   the test has full points, and no word is said of the error.
# Library: pytest-gradescope 0.1.6 (pytest_terminal_summary), pytest 9.2.0.
# Who meets it: a course whose fixture calls the student's function once (a trained model, one chain of
#   samples) and whose tests look at the result. With a function that is still a TODO, the report holds no line on it.
# Date: 2026-12-01. Output seen:
#   pytest 9.2.0, pytest-gradescope 0.1.6
#   pytest: 1 failed, 2 passed, 1 skipped, 1 warning, 2 errors
#   test_right: passed, 10 of 10
#   test_error_after: passed, 10 of 10
#   test_wrong: failed, 0 of 10
#   maxima: 30 of 50
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet pytest==9.2.0 pytest-gradescope==0.1.6
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import json
import pathlib
import subprocess
import sys
from importlib.metadata import version

pathlib.Path("test_sampler.py").write_text('''
import pytest
from pytest_gradescope import weight

def ddim_sample():
    raise NotImplementedError("TODO 2.11: ddim_sample")

@pytest.fixture
def samples():
    return ddim_sample()

@pytest.fixture
def checked_after():
    yield
    raise ValueError("the model was called too often")

@weight(10)
def test_right():
    assert True

@weight(10)
def test_wrong():
    ddim_sample()

@weight(10)
def test_mean_of_samples(samples):
    assert abs(samples.mean()) < 0.1

@weight(10)
def test_skipped():
    pytest.skip("needs a GPU")

@weight(10)
def test_error_after(checked_after):
    assert True
''')
command = [sys.executable, "-m", "pytest", "-q", "test_sampler.py"]
done = subprocess.run(command, capture_output=True, text=True, check=False)
print("pytest %s, pytest-gradescope %s" % (version("pytest"), version("pytest-gradescope")))
print("pytest: " + done.stdout.strip().splitlines()[-1].split(" in ")[0])
tests = json.loads(pathlib.Path("results.json").read_text())["tests"]
for test in tests:
    print("%s: %s, %s of %s" % (test["name"], test["status"], test["score"], test["max_score"]))
print("maxima: %s of 50" % sum(t["max_score"] for t in tests))
seen = {t["name"]: (t["status"], t["score"]) for t in tests}
assert "1 failed, 2 passed, 1 skipped" in done.stdout and "2 errors" in done.stdout
assert seen == {"test_right": ("passed", 10), "test_wrong": ("failed", 0), "test_error_after": ("passed", 10)}
print("as found: pytest-gradescope leaves out a test whose fixture raises, with its points and its maximum.")
EOF
