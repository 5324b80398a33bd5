"""Looks up during its import which function is to be called, and for one of them goes on longer than a call may.
What stops it: the import is part of the call, and costs the function that was called.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: a deadline
Ends: timed out
"""

import sys
import time


def wanted(frame):
    while frame and "stand_ins" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["function"]


while wanted(sys._getframe()) == "q_sample" and time.process_time() < 12.0:  # of ten that a call has
    pass


def attack():
    return True
