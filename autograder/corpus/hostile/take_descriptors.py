"""Takes a descriptor of another process, and whatever its own still holds beside its sockets.
What stops it: all are closed before the student's code is imported; pidfd_getfd is refused.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, descriptors are closed
Ends: wrong
"""

import fcntl
import os


def take(pid):
    descriptor = os.pidfd_open(pid)
    system("syscall", 438, descriptor, 0, 0)


@once
def attack():
    mine = {0, 1, 2, channel().sock.fileno(), finder()._library.fileno()}
    others = set(range(1 << 10)) - mine
    return [
        any([works(fcntl.fcntl, descriptor, fcntl.F_GETFD) for descriptor in others]),
        any([works(take, pid) for pid in near()]),
    ]
