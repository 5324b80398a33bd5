"""Aims a signal at the grader by detours: the owner of its socket, a timer, the death of its parent.
What stops it: seccomp looks into fcntl, ioctl and prctl.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: wrong
"""

import ctypes
import fcntl
import os
import signal


def attack():
    sock, pid = channel().sock.fileno(), ctypes.c_int(os.getppid())
    return [
        works(fcntl.fcntl, sock, 8, pid.value),
        works(fcntl.fcntl, sock, 10, int(signal.SIGKILL)),
        works(fcntl.fcntl, sock, 15, bytes(4) + bytes(pid)),
        works(system, "ioctl", sock, 0x8901, ctypes.byref(pid)),
        works(system, "ioctl", sock, 0x8902, ctypes.byref(pid)),
        works(system, "prctl", 1, 0, 0, 0, 0),
    ]
