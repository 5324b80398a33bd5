#!/bin/sh
# Expected: a @partial_credit test that raises before it calls set_score has 0 points.
# Happens: it has the score that the same test function set before. The decorator keeps the score
#   on the function, and two TestCase classes that inherit the test share the function. So the
#   second class raises NotImplementedError, is "failed", and gets 10 of 10.
#   In the other order it gets 0, so the mark depends on the names of the classes.
# Library: gradescope-utils 0.5.0 (decorators.py and JSONTestRunner).
# Who meets it: a course whose two samplers (DDPM and DDIM) share one base class of checks.
# Date: 2026-11-29. Output seen:
#   gradescope-utils 0.5.0
#   order 1: TestDDIM 10/10 passed, TestDDPM 10/10 failed
#   order 2: TestDDPM 0.0/10 failed, TestDDIM 10/10 passed
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet gradescope-utils==0.5.0
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import io
import json
import unittest
from importlib.metadata import version
from gradescope_utils.autograder_utils.decorators import partial_credit
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

def classes():
    class Shared:
        @partial_credit(10)
        def test_double(self, set_score=None):
            set_score(10 if self.sampler(4) == 8 else 0)
    class TestDDIM(Shared, unittest.TestCase):
        def sampler(self, x):
            return 2 * x
    class TestDDPM(Shared, unittest.TestCase):
        def sampler(self, x):
            raise NotImplementedError
    return [TestDDIM, TestDDPM]

def marks(order):
    suite, out = unittest.TestSuite(c("test_double") for c in order), io.StringIO()
    JSONTestRunner(stream=out).run(suite)
    tests = json.loads(out.getvalue())["tests"]
    return ", ".join("%s %s/%s %s" % (c.__name__, t["score"], t["max_score"], t["status"]) for c, t in zip(order, tests))

print("gradescope-utils", version("gradescope-utils"))
one, two = marks(classes()), marks(classes()[::-1])
print("order 1:", one)
print("order 2:", two)
assert one == "TestDDIM 10/10 passed, TestDDPM 10/10 failed"
assert two == "TestDDPM 0.0/10 failed, TestDDIM 10/10 passed"
print("as found: with a shared base class, a test that raises keeps the partial credit of the class before it.")
EOF
