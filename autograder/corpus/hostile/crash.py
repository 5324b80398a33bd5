"""Crashes Python: an abort, its own code overwritten, an endless recursion without a limit.
What stops it: the worker dies alone.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died
"""

import ctypes
import os
import sys


def q_sample(x_0, alpha_bar_t, eps):
    if x_0.shape == (4, 2):
        os.abort()
    if x_0.shape == (1, 2):
        ctypes.memset(id(type), 255, 400)
        return type(x_0)()
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name)

    return Deep().x
