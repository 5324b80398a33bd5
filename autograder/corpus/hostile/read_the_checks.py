"""Reads the hidden checks and their oracle from wherever the grader lies: beside its own code, on Gradescope, in the
folders above. What stops it: Landlock, and where there is none, the mode of the grader's folder.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import glob
import os
import sys


def attack():
    here = os.path.dirname(os.path.dirname(sys.modules["grader.worker"].__file__))
    for place in (here, "/autograder/source/autograder", *(os.path.join(os.getcwd(), *[".."] * n) for n in range(9))):
        for path in (f"{place}/checks/oracle/steps.py", *glob.glob(f"{place}/**/steps.py")):
            try:
                with open(path) as file:
                    return "def q_sample" in file.read()
            except OSError:
                continue
    return False
