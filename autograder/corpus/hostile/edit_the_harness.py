"""Edits the grader's code, the starter, torch and its own files, so that the next check runs what it wants.
What stops it: no file can be opened or changed; where one could, a graded tree is of one check only.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import glob
import os

import numpy as np


@once
def attack():
    code, _ = code_of_the_grader()
    others = ["/autograder/run_autograder", "/autograder/source/run_autograder", np.__file__, torch.__file__]
    paths = (*code, *others, *glob.glob("/etc/*.conf"), "/etc/passwd", "/etc/ld.so.preload")
    write, new = os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_CREAT
    changes = (
        os.utime,
        lambda path: os.open(path, write),
        lambda path: os.open(os.path.join(os.path.dirname(path), "torch.py"), new),
        lambda path: os.chmod(path, 0o777),
        lambda path: os.link(path, "mine"),
        lambda path: os.truncate(path, 0),
        lambda path: os.rename(path, f"{path}.old"),
        lambda path: os.unlink(f"{path}.old"),
    )
    return [any([works(change, path) for path in paths]) for change in changes]
