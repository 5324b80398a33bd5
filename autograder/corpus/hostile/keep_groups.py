"""Counts on groups of the grader that it still has, and tries to become root again.
What stops it: groups are given up, and all three user ids are set at once.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    won = any(group != os.getgid() for group in os.getgroups()) or os.getresuid().count(os.geteuid()) != 3
    for become, to in ((os.setuid, (0,)), (os.setresuid, (0, 0, 0)), (os.setgid, (0,)), (os.setgroups, ([0],))):
        try:
            become(*to)
            won = True
        except OSError:
            pass
    return won
