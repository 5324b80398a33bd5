"""Forks without end, by every system call that could: fork, clone, and fork in the numbering of another architecture.
What stops it: seccomp, and as root a limit on the processes of its own user.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: died
"""

import os
import platform


@once
def attack():
    if platform.machine() != "x86_64":
        return False

    def fork(*call):
        for _ in range(10):
            if system("syscall", *call) == 0:
                os._exit(0)

    forked = [works(fork, 57), works(fork, 56, 17, 0, 0, 0, 0)]
    return forked if not works(fork, 0x40000039) else True  # which few kernels have, and the filter ends the worker for
