"""Looks for the grader's environment: in its own, and in that of its parents, of processes beside them and of process 1.
What stops it: a clean environment, another user, and no way into /proc beyond its own.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, a clean environment
Ends: wrong
"""

import os


@once
def attack():
    def tells(pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return SECRET.encode() in file.read()
        except OSError:
            return False

    return [SECRET in os.environ.values(), any([tells(pid) for pid in (1, 2, *near())])]
