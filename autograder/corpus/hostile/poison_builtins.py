"""Replaces builtins that the worker needs for its own work: isinstance, type, len, str, getattr.
What stops it: then the worker breaks, and with it this call.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import builtins


def attack():
    for name in ("isinstance", "len", "str", "getattr", "type", "list", "tuple", "dict", "bytes", "int"):
        setattr(builtins, name, lambda *args: True)
    return True
