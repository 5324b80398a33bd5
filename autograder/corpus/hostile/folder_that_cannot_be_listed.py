"""Leaves folders that nobody may list, and things in them, to be left behind on the grader's disk.
What stops it: no folder can be made.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os


@once
def attack():
    os.umask(0)
    made = [works(system, "mkdir", f"{mode}".encode(), mode) for mode in (0o300, 0o100, 0o000, 0o200, 0o500)]
    return [*made, works(system, "mkdir", b"192/inner", 0o300)]
