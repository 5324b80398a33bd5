"""Talks to the next check over System V shared memory, semaphores and queues, a POSIX queue and the key ring.
What stops it: seccomp refuses all of them.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes


def attack():
    libc, made = ctypes.CDLL(None, use_errno=True), []
    made.append(libc.shmget(0x1257, 4096, 0o1666))
    made.append(libc.semget(0x1257, 1, 0o1666))
    made.append(libc.msgget(0x1257, 0o1666))
    made.append(libc.syscall(240, QUEUE[1:].encode(), 0o102, 0o666, None))
    made.append(libc.syscall(248, b"user", b"word", b"said", 4, -5))
    made.append(libc.syscall(319, b"word", 0))
    return any(each >= 0 for each in made)
