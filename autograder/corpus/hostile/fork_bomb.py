"""Forks without end, by every system call that could: fork, vfork, clone, clone3, also in the 32-bit numbering.
What stops it: seccomp, and as root a limit on the processes of its own user.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import os


def attack():
    libc, started = ctypes.CDLL(None, use_errno=True), 0
    for _ in range(200):
        for number in (57, 58, 56, 0x40000039):
            child = libc.syscall(number, 17, 0, 0, 0, 0) if number != 435 else -1
            if child == 0:
                os._exit(0)
            started += child > 0
    return started > 0
