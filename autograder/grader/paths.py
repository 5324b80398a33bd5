"""Where things lie: the same relative layout in the repository and in an autograder zip."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "starter"
SOLUTION = ROOT / "solution"  # in the repository only, never in a zip
AUTOGRADER = ROOT / "autograder"
CHECKS = AUTOGRADER / "checks"
CORPUS = AUTOGRADER / "corpus"
PRIVATE = (AUTOGRADER, SOLUTION)  # what no student's code may read
ASSETS = ROOT / "assets"

GRADED_FILES = ("sampler.py", "score.py")  # all that is taken from a submission
