"""Leaves marks on a file of Python's that the library handed out, for other workers to read: a hint, the time of reading.
What stops it: seccomp refuses all commands of fcntl and ioctl but the few that Python needs.

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
    file = finder.open(os.__file__)
    return [
        works(fcntl.fcntl, file, 1036, struct.pack("Q", 0)) or works(fcntl.fcntl, file, 1035, bytes(8)),  # a hint
        works(fcntl.ioctl, file, 0x80086601, bytes(8)),  # FS_IOC_GETFLAGS
    ]
