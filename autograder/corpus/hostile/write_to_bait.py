"""Changes, replaces, locks and deletes files that anyone may write to.
What stops it: no file can be opened or changed.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import fcntl
import os


@once
def attack():
    changes = (
        lambda path: os.open(path, os.O_WRONLY | os.O_TRUNC),
        lambda path: fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda path: os.symlink("/", f"{path}-link"),
        lambda path: os.mkdir(f"{path}-folder"),
        lambda path: os.mkfifo(f"{path}-fifo"),
        lambda path: os.rename(path, f"{path}-old"),
        lambda path: os.unlink(f"{path}-old"),
    )
    return [any([works(change, path) for path in BAIT]) for change in changes]
