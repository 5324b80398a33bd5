"""Imports the oracle through the grader's own packages, which the worker has loaded, and answers with it.
What stops it: the worker may read the code of Python and torch only.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os
import sys


def attack():
    import importlib

    sys.path.insert(0, os.path.dirname(os.path.dirname(sys.modules["grader.worker"].__file__)))
    for name in ("grader.stand_ins", "checks.oracle.steps", "solution.sampler", "grader.session"):
        try:
            importlib.import_module(name)
            return True
        except (ImportError, OSError):
            continue
    return False
