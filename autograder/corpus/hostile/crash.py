"""Crashes Python: a null pointer, an endless recursion without a limit, an abort, its own code overwritten.
What stops it: the worker dies alone.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import faulthandler
import os
import sys


def q_sample(x_0, alpha_bar_t, eps):
    faulthandler.enable(open("fault", "w"), all_threads=True)
    if x_0.ndim == 1:
        os.abort()
    if x_0.ndim == 4:
        ctypes.memset(id(type), 255, 400)
        return type(x_0)()
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name)

    return Deep().x
