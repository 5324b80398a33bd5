"""Starts processes: fork, vfork, spawn, a shell, a set-uid program, a daemon that would outlive the check.
What stops it: seccomp refuses to fork and to execute.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os
import subprocess


def attack():
    won = False
    for start in (
        lambda: subprocess.run(["/bin/sleep", "100"], timeout=1),
        lambda: subprocess.Popen(["/bin/sh", "-c", "sleep 100 & sleep 100"], start_new_session=True),
        lambda: os.posix_spawn("/bin/sleep", ["sleep", "100"], {}),
        lambda: os.execv("/usr/bin/passwd", ["passwd", "-S"]),
        lambda: os.execv("/bin/su", ["su", "-c", "id"]),
        lambda: os.fork() or os._exit(0),
        lambda: os.forkpty(),
    ):
        try:
            start()
            won = True
        except OSError:
            continue
    return won
