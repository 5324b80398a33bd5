"""Leaves conftest.py, sitecustomize.py, torch.py, numpy.py and a package named grader for later checks to import.
What stops it: a work folder of its own for each check, which is on nobody's path.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os
import sys


def attack():
    won = any(vars(each).get("LEFT_BY_A_WORKER") for each in list(sys.modules.values()) if hasattr(each, "__dict__"))
    for place in {".", "..", "../tree", "/tmp", *sys.path, os.path.dirname(__file__)}:
        for name in (
            "conftest.py",
            "sitecustomize.py",
            "torch.py",
            "numpy.py",
            "score.py",
            "grader/__init__.py",
            "x.pth",
        ):
            try:
                os.makedirs(os.path.dirname(os.path.join(place, name)), exist_ok=True)
                with open(os.path.join(place, name), "w") as file:
                    file.write("LEFT_BY_A_WORKER = True\n")
            except OSError:
                continue
    return won
