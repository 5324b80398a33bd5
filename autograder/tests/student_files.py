"""A student's two files in the place of the modules `sampler` and `score`."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.paths import GRADED_FILES, SOLUTION


def put(patch: pytest.MonkeyPatch, base: Path = SOLUTION, *changes: tuple[str, str, str]) -> None:
    """Make the two files of a folder the student's, in each change an old text replaced by a new one."""
    for name in GRADED_FILES:
        text = (base / name).read_text("utf-8")
        for old, new in (change for file, *change in changes if file == name):
            assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
            text = text.replace(old, new)
        module = ModuleType(name.removesuffix(".py"))
        patch.setitem(sys.modules, module.__name__, module)
        exec(compile(text, name, "exec"), module.__dict__)
