"""Starts processes: fork, spawn, a shell, a daemon that would outlive the check.
What stops it: seccomp refuses to fork and to execute.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os
import subprocess


def fork(how):
    child = how()
    if child == 0:
        os._exit(0)


@once
def attack():
    return [
        works(fork, os.fork),
        works(fork, lambda: os.forkpty()[0]),
        works(subprocess.run, ["/bin/true"]),
        works(subprocess.run, ["/bin/sh", "-c", "true & true"]),
        works(os.posix_spawn, "/bin/true", ["true"], {}),
        works(lambda: subprocess.Popen(["/bin/sleep", "100"], start_new_session=True)),
    ]
