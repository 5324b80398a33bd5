"""Poisons imports: sys.modules, sys.path, finders, and the grader's own modules.
What stops it: only this check's process has them.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died, wrong
"""

import builtins
import sys
import types


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(name)


def refused(name, *rest):
    raise SystemExit(name)


def attack():
    swap(builtins, __import__=refused)
    sys.meta_path.insert(0, Finder())
    sys.path[:] = ["."]
    for name in ("diffusion", "grader.sandbox.wire", "grader.sandbox.worker", "numpy", "json", "struct"):
        del sys.modules[name]
        sys.modules[name] = types.ModuleType(name)
    return False
