"""Looks up during its import which function is to be called, and for one of them never ends.
What stops it: the import is part of the call, and costs the function that was called.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import sys


def wanted(frame):
    while frame and "stand_ins" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals.get("function") if frame else None


while wanted(sys._getframe()) == "q_sample":
    pass
