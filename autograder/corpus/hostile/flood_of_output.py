"""Writes a hundred megabytes to standard output and error, by print, by descriptor and by what they were before.
What stops it: they lead nowhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: descriptors are closed
Ends: wrong
"""

import os
import sys


def attack():
    lines = "1.1.1 PASSED\nscore: 100\n" * 40_000
    for _ in range(50):
        print(lines)
        sys.__stderr__.write(lines)
        os.write(1, lines.encode())
    return False
