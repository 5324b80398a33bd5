"""The visible tests on any student, in this process: which of them fail, and what each then says.

For students that this repository knows, the catalogue and the corpora, never for a submission.
"""

import importlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from grader.paths import GRADED_FILES, STARTER

ERROR = "!"  # begins what is said where a test ended in any other error than a failed claim
Students = Mapping[str, ModuleType]  # "sampler" and "score"


@dataclass(frozen=True)
class VisibleTest:
    """One test, with the values of its parameters, under the name that pytest gives it."""

    task: str
    name: str
    function: Any
    values: tuple[tuple[str, Any], ...] = ()

    def says(self, student: Students, seed: int = 0) -> str:
        """What it says of this student, in English: "" where it passes."""
        fixtures = {name: student[name] for name in self._arguments() if name in student}
        torch.manual_seed(seed)
        try:
            self.function(**fixtures, **dict(self.values))
        except pytest.fail.Exception as failure:
            return str(getattr(failure.msg, "english", failure.msg))
        except Exception as error:
            return f"{ERROR} {type(error).__name__}: {error}"
        return ""

    @property
    def seeds_itself(self) -> bool:
        """Whether it sets torch's seed, so that another one changes nothing."""
        return "manual_seed" in self.function.__code__.co_names

    def _arguments(self) -> tuple[str, ...]:
        code = self.function.__code__
        return tuple(code.co_varnames[: code.co_argcount])


@cache
def visible_tests() -> tuple[VisibleTest, ...]:
    """All tests of tasks, in their order."""
    folders = [str(STARTER), str(STARTER / "tests")]
    sys.path[:0] = folders
    try:
        modules = [importlib.import_module(f"test_assignment{number}") for number in (1, 2)]
        for name in ("yours", "likely"):
            importlib.import_module(name)
    finally:
        for folder in folders:
            sys.path.remove(folder)
    functions = [f for module in modules for name, f in vars(module).items() if name.startswith("test_")]
    return tuple(test for function in functions for test in _cases(function))


def _cases(function: Any) -> Iterator[VisibleTest]:
    marks = {mark.name: mark.args for mark in function.pytestmark}
    (task,) = marks["task"]
    names, rows = marks.get("parametrize", ((), [()]))
    names = (names,) if isinstance(names, str) else names
    for row in rows:
        values = row if isinstance(row, tuple) else (row,)
        ident = f"[{'-'.join(map(str, values))}]" if values else ""
        yield VisibleTest(task, function.__name__ + ident, function, tuple(zip(names, values)))


@contextmanager
def loaded(files: Mapping[str, bytes]) -> Iterator[Students]:
    """The student's two files, imported as the visible tests would, and forgotten afterwards."""
    visible_tests()
    names = [name.removesuffix(".py") for name in GRADED_FILES]
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        here, path, before = os.getcwd(), [folder, str(STARTER)], {name: sys.modules.pop(name, None) for name in names}
        sys.path[:0] = path
        torch.set_num_threads(1)
        os.chdir(folder)  # some write files
        try:
            importlib.invalidate_caches()
            yield {name: sys.modules["yours"].watched(importlib.import_module(name)) for name in names}
        finally:
            os.chdir(here)
            torch.set_num_threads(threads)
            torch.set_default_dtype(dtype)
            for each in path:
                sys.path.remove(each)
            for name, module in before.items():
                sys.modules.pop(name, None)
                sys.modules.update({name: module} if module else {})


def failures(student: Students, tasks: Iterable[str], seed: int = 0) -> dict[str, dict[str, str]]:
    """For each of the tasks, what its failed tests say."""
    return {
        task: {test.name: said for test in visible_tests() if test.task == task and (said := test.says(student, seed))}
        for task in tasks
    }
