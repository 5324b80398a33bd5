"""Leaves conftest.py, sitecustomize.py, torch.py, numpy.py and a package named grader for later checks to import.
What stops it: no file can be made.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os
import sys


def leave(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, b"LEFT_BY_A_WORKER = True\n")


def attack():
    _, folder = code_of_the_grader()
    names = "conftest.py sitecustomize.py torch.py numpy.py score.py grader/__init__.py x.pth".split()
    places = {os.getcwd(), folder, *sys.path, os.path.dirname(__file__)}
    wrote = [works(leave, os.path.join(place, name)) for place in places for name in names]
    return any(wrote) or any("LEFT_BY_A_WORKER" in dir(each) for each in list(sys.modules.values()))
