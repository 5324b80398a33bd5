"""Ends the process as if all had gone well.
What stops it: a call that did not return is a call that did not return.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died
"""

import os


def attack():
    os._exit(0)
