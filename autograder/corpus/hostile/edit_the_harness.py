"""Edits the grader's code, the starter, torch and its own files, so that the next check runs what it wants.
What stops it: everything but the work folder is read-only, and each check gets a fresh copy of that.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import glob
import os
import sys

import numpy as np


def attack():
    code = [
        each.__file__ for name, each in list(sys.modules.items()) if name.startswith(("grader", "diffusion", "sampler"))
    ]
    others = ["/autograder/run_autograder", "/autograder/source/run_autograder", np.__file__, torch.__file__]
    won = False
    for path in (*code, *others, *glob.glob("/etc/*.conf"), "/etc/passwd", "/etc/ld.so.preload"):
        for change in (
            lambda path: open(path, "a").close(),
            lambda path: os.chmod(path, 0o777),
            lambda path: os.rename(path, f"{path}.old"),
            lambda path: os.unlink(path),
            lambda path: open(os.path.join(os.path.dirname(path), "torch.py"), "w").close(),
            lambda path: os.truncate(path, 0),
            lambda path: os.link(path, "mine"),
            lambda path: os.utime(path),
        ):
            try:
                change(path)
                won = True
            except OSError:
                continue
    return won
