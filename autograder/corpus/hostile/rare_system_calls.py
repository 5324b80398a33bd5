"""Tries the system calls that sandboxes forget: io_uring, bpf, userfaultfd, perf, pidfd, namespaces, mounts, keys.
What stops it: seccomp refuses each.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import os
import platform

NUMBERS = (425, 321, 323, 298, 434, 447, 319, 272, 308, 165, 155, 161, 250, 310, 428, 429, 430, 432, 101, 246, 175, 169)


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    if platform.machine() != "x86_64":
        return False
    page = ctypes.create_string_buffer(4096)
    return any(libc.syscall(number, os.getppid() if number == 434 else 0, page, 0, 0, 0) >= 0 for number in NUMBERS)
