"""Leaves folders that nobody may list, and things in them, to be left behind on the grader's disk.
What stops it: what its owner may not read is made readable before it is deleted.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    os.umask(0)
    for mode in (0o300, 0o100, 0o000, 0o200, 0o500):
        os.mkdir(f"{mode}", mode)
    os.mkdir("192/inner", 0o300)
    open("192/inner/file", "w").close()
    return False
