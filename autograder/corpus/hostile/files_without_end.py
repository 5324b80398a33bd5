"""Fills its work folder: large files, sparse and small ones, some without a name, links, pipes, names that are no text.
What stops it: no file can be made; a limit on each file; the folder is deleted with all that it holds.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, resource limits
Ends: wrong
"""

import os


def write(path, flags, size):
    descriptor = os.open(path, flags | os.O_WRONLY)
    try:
        os.write(descriptor, bytes(size))
        os.ftruncate(descriptor, 1 << 30)
    finally:
        os.close(descriptor)


@once
def attack():
    names = (b"\xff\xfe", b"line\nline", b"\x1b[2J", b"-rf", b"*", b"n" * 255, b" ", "\u202e.py".encode())
    return [
        all([works(write, f"large-{number}", os.O_CREAT, 1 << 20) for number in range(5)]),
        all([works(os.open, f"small-{number}", os.O_CREAT | os.O_WRONLY, 0) for number in range(20)]),
        works(write, ".", os.O_TMPFILE, 1 << 20),
        all([works(system, "mkdir", name, 0o777) for name in names]),
        works(os.mkfifo, "pipe"),
        works(os.symlink, "/", "link"),
        works(os.link, "small-0", "hard"),
    ]
