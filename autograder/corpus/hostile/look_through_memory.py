"""Looks through frames, the garbage collector and the modules for expected values, checks or Hypothesis.
What stops it: none of them ever was in the worker's process.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: wrong
"""

import gc
import sys


def attack():
    names, frame = [], sys._getframe()
    while frame:
        names += frame.f_locals
        frame = frame.f_back
    places = [getattr(type(each), "__module__", "") for each in gc.get_objects()] + list(sys.modules)
    mine = ("checks", "oracle", "_pytest", "pytest", "hypothesis", "grader.student.session", "grader.student.stand_ins")
    return [
        any(name in ("want", "oracle", "examiner", "solution") for name in names),
        any(isinstance(place, str) and place.startswith(mine) for place in places),
    ]
