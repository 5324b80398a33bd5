"""Changes, replaces, locks and deletes files that anyone may write to.
What stops it: Landlock. Where the kernel has none, nothing else would.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import fcntl
import os


def attack():
    won = False
    for path in BAIT:
        for change in (
            lambda path: open(path, "w").close(),
            lambda path: fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB),
            lambda path: os.symlink("/", f"{path}-link"),
            lambda path: os.mkdir(f"{path}-folder"),
            lambda path: os.mkfifo(f"{path}-fifo"),
            lambda path: os.rename(path, f"{path}-old"),
            lambda path: os.unlink(path),
        ):
            try:
                change(path)
                won = True
            except OSError:
                continue
    return won
