"""Nests folders over a thousand deep, deeper than Python's own way to delete them goes, and deeper than a path may be.
What stops it: they are deleted nevertheless.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    home = os.getcwd()
    for _ in range(0 if os.path.exists("deeper") else 1200):
        os.mkdir("deeper")
        os.chdir("deeper")
    open("file", "w").close()
    os.chdir(home)
    return False
