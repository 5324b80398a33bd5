"""Takes a descriptor of another process, and whatever its own still holds beside its socket.
What stops it: all are closed before the student's code is imported; pidfd_getfd is refused.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import fcntl
import os


def attack():
    libc, found = ctypes.CDLL(None, use_errno=True), 0
    for descriptor in range(1 << 16):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
            found += 1
        except OSError:
            continue
    pidfd = libc.syscall(434, os.getppid(), 0)
    return found > 4 or pidfd >= 0 and libc.syscall(438, pidfd, 3, 0) >= 0
