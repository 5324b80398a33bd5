"""Nests folders over a thousand deep, deeper than Python's own way to delete them goes, and deeper than a path may be.
What stops it: no folder can be made.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os


@once
def attack():
    home = os.getcwd()
    for _ in range(1200):
        system("mkdir", b"deeper", 0o777)
        os.chdir("deeper")
    os.chdir(home)
    return True
