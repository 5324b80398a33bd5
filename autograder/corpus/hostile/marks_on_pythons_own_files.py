"""Leaves marks on a file of Python's that the library handed out, for other workers to find: locks, a hint, its flags.
What stops it: seccomp refuses locks of each kind, and all commands of fcntl and ioctl but the few that Python needs.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: wrong
"""

import fcntl
import os
import struct


@once
def attack():
    file, lock = finder().open(os.__file__), struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
    hint = struct.pack("Q", 0)
    return [
        works(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB),
        works(fcntl.fcntl, file, fcntl.F_SETLK, lock),
        works(fcntl.fcntl, file, 37, lock),  # F_OFD_SETLK
        works(fcntl.fcntl, file, 1036, hint) or works(fcntl.fcntl, file, 1035, bytes(8)),
        works(fcntl.ioctl, file, 0x80086601, bytes(8)),  # FS_IOC_GETFLAGS
    ]
