"""Replaces builtins that the worker needs for its own work: isinstance, type, len, str, getattr.
What stops it: then the worker breaks, and with it this call.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died, raised, broke the protocol
"""

import builtins


def q_sample(x_0, alpha_bar_t, eps):
    x_t = right(x_0, alpha_bar_t, eps)
    for name in ("isinstance", "len", "str", "getattr", "type", "list", "tuple", "dict", "bytes", "int"):
        setattr(builtins, name, lambda *args: True)
    return x_t
