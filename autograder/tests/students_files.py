"""A student's two files as the modules `sampler` and `score`, for code of the starter that imports those."""

import sys
from types import ModuleType

from grader.paths import GRADED_FILES, SOLUTION


def put(patch, base=SOLUTION, *changes):
    """Make the two files of a folder the student's, in each change an old text replaced by a new one."""
    for name in GRADED_FILES:
        text = (base / name).read_text("utf-8")
        for old, new in (change for file, *change in changes if file == name):
            assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
            text = text.replace(old, new)
        module = ModuleType(name.removesuffix(".py"))
        patch.setitem(sys.modules, module.__name__, module)
        exec(compile(text, name, "exec"), module.__dict__)
