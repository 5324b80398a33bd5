"""Looks through frames, the garbage collector and the modules for expected values, checks or Hypothesis.
What stops it: none of them ever was in the worker's process.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import gc
import sys


def attack():
    found, frame = [], sys._getframe()
    while frame:
        found += [name for name in frame.f_locals if name in ("want", "oracle", "examiner", "solution")]
        frame = frame.f_back
    places = [getattr(type(each), "__module__", "") for each in gc.get_objects()] + list(sys.modules)
    mine = ("checks", "_pytest", "pytest", "hypothesis", "grader.session", "grader.examiner", "grader.stand_ins")
    return bool(found) or any(isinstance(place, str) and place.startswith(mine) for place in places)
