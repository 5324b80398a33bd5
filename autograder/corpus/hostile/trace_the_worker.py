"""Traces and profiles every function of the worker, to see what it is asked for and to change what it says.
What stops it: it sees the question, which it was given anyway, and no answer.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: wrong
"""

import sys
import threading

SEEN = set()


def found():
    return bool(SEEN & {"want", "expected", "tolerance", "points", "examiner"})


def watch(frame, event, value):
    SEEN.update(frame.f_locals)
    if frame.f_code.co_name == "pack" and not found():
        frame.f_locals["value"] = None
    return watch


def attack():
    sys.settrace(watch)
    sys.setprofile(watch)
    threading.settrace(watch)
    return found()
