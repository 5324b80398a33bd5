"""Fills its work folder: large files, sparse files, two thousand small ones, links, pipes, names that are no text.
What stops it: a limit on each file; and the folder is deleted with all that it holds.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    if os.path.exists("large-0"):
        return False
    for number in range(20):
        with open(f"large-{number}", "wb") as file:
            file.write(bytes(1 << 20))
    for number in range(2000):
        os.close(os.open(f"small-{number}", os.O_CREAT | os.O_WRONLY, 0))
    for name in (b"\xff\xfe", b"line\nline", b"\x1b[2J", b"-rf", b"*", "n" * 255, "\udcff", " ", "\u202e.py"):
        os.mkdir(name)
    for number in range(100):
        os.mkfifo(f"pipe-{number}")
        os.symlink("/", f"link-{number}")
        os.link("small-0", f"hard-{number}")
    try:
        with open("sparse", "wb") as file:
            file.truncate(1 << 40)
        return True
    except OSError:
        return False
