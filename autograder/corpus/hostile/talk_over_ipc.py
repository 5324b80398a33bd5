"""Talks to the next check over System V shared memory, semaphores and queues, a POSIX queue and the key ring.
What stops it: seccomp refuses all of them, and Landlock the POSIX queue.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os


@once
def attack():
    """What it makes it removes, with IPC_RMID, which is 0."""
    return [
        works(lambda: system("shmctl", system("shmget", 0x1257, 4096, 0o1666), 0, 0)),
        works(lambda: system("semctl", system("semget", 0x1257, 1, 0o1666), 0, 0)),
        works(lambda: system("msgctl", system("msgget", 0x1257, 0o1666), 0, 0)),
        works(lambda: [system("mq_open", QUEUE.encode(), 0o102, 0o666, None), system("mq_unlink", QUEUE.encode())]),
        works(system, "syscall", 248, b"user", b"word", b"said", 4, -4),
        works(os.memfd_create, "word"),
    ]
