"""Replaces what runs when something goes wrong or ends: excepthook, traceback, atexit, unraisablehook, os._exit.
What stops it: marks are not made in this process, whatever it does at its end.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import atexit
import os
import sys
import threading
import traceback


def attack():
    end = os._exit
    for place, names in (
        (sys, ("excepthook", "unraisablehook", "exit")),
        (threading, ("excepthook",)),
        (traceback, ("extract_tb", "print_exc", "format_exc", "walk_tb")),
        (os, ("_exit", "abort", "kill")),
    ):
        for name in names:
            setattr(place, name, lambda *args, **kwargs: end(0))
    atexit.register(end, 0)
    raise BaseException(SECRET)
