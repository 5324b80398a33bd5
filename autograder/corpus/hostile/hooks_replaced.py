"""Replaces what runs when something goes wrong or ends: excepthook, traceback, atexit, unraisablehook, os._exit.
What stops it: marks are not made in this process, whatever it does at its end.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died
"""

import atexit
import os
import sys
import threading
import traceback


def attack():
    end = os._exit
    quiet = lambda *args, **kwargs: end(0)
    swap(sys, excepthook=quiet, unraisablehook=quiet, exit=quiet)
    swap(threading, excepthook=quiet)
    swap(traceback, extract_tb=quiet, print_exc=quiet, format_exc=quiet, walk_tb=quiet)
    swap(os, _exit=quiet, abort=quiet, kill=quiet)
    atexit.register(end, 0)
    raise BaseException(SECRET)
