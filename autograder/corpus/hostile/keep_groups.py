"""Counts on what it still has of root, and tries to become root again.
What stops it: groups and capabilities are given up, and all three user ids are set at once.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: a user id of its own, seccomp, no capabilities
Ends: wrong
"""

import os


def attack():
    return [
        0 in (*os.getgroups(), *os.getresuid(), *os.getresgid()),
        works(os.setuid, 0),
        works(os.setresuid, 0, 0, 0),
        works(os.setgid, 0),
        works(os.setgroups, [0]),
    ]
