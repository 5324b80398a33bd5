"""Locks a file of Python's that the library handed out, so that others wait for it or see that it is locked.
What stops it: seccomp refuses locks of each kind.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: wrong
"""

import fcntl
import os
import struct


@once
def attack():
    finder = next(each for each in gc.get_objects() if type(each).__name__ == "Finder")
    file, one = finder.open(os.__file__), struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
    return [
        works(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB),
        works(fcntl.fcntl, file, fcntl.F_SETLK, one),
        works(fcntl.fcntl, file, 37, one),  # F_OFD_SETLK
    ]
