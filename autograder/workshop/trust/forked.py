"""Mark many variants of the solution quickly: the hidden checks are collected once, each variant is marked in a fork.

The fork imports the variant and calls its functions directly: a worker's conversion without the boundary, as in
`make bench`. Only files of our own are ever marked so.
"""

import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import pytest

from grader import outcomes
from grader.marking.plugin import Reporter
from grader.marking.results import Results
from grader.overlay import Submission
from grader.paths import CHECKS, GRADED_FILES
from grader.student.session import CALL_SECONDS, Session, Student
from workshop.trust.in_process import InProcess

CPU_SECONDS = 300  # for one variant, if it does not even notice the alarm
FAULT = "a fault of the grader in"
DIED = "the process died"


class Variant(Protocol):
    """The text of each graded file in which it is not the solution, and the task that it is about."""

    @property
    def task(self) -> str: ...
    @property
    def files(self) -> dict[str, str]: ...


def lost_checks(variants: list[Any]) -> list[list[str]]:
    """The numbers of the checks of its own task that each variant loses; those of other tasks are not run."""
    forks = _Forks(variants)
    options = f"--rootdir={CHECKS} --config-file={os.devnull} --import-mode=importlib -s -p no:cacheprovider"
    with _in_process(), patch.dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"):
        pytest.main([str(CHECKS), *options.split(), "-p", "no:terminal"], plugins=[forks])
    return forks.lost


class _Forks(Reporter):
    """The reporter, with a run of the collected checks for each variant instead of one run."""

    def __init__(self, variants: list[Variant]):
        super().__init__(Session(None, Submission({}), "closed-form"), _Unwritten(Path()))  # type: ignore[arg-type]
        self.variants = variants
        self.lost: list[list[str]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for variant in self.variants:
            mine = [item for item in session.items if self.line[item.nodeid].task == variant.task]
            self.lost.append(self._in_child(mine, variant))
        return True

    def _in_child(self, items: list[pytest.Item], variant: Variant) -> list[str]:
        reader, writer = os.pipe()
        with tempfile.TemporaryDirectory() as folder:
            if (child := os.fork()) == 0:
                try:
                    _import_from(Path(folder), variant.files)
                    self._mark(items, writer)
                finally:
                    os._exit(0)
            os.close(writer)
            with open(reader) as pipe:
                lost = pipe.read().split("\n")[:-1]
            _, status = os.waitpid(child, 0)
        return lost + [DIED] * bool(status)

    def _mark(self, items: list[pytest.Item], writer: int) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        for item in items:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            line = self.line[item.nodeid]
            if line.lost:
                fault = f"{FAULT} " if line.outcome == "fault of the grader" else ""
                os.write(writer, f"{fault}{line.number}\n".encode())


class _Unwritten(Results):
    def write(self) -> None:
        """Nothing: nobody reads it."""


def _import_from(folder: Path, files: dict[str, str]) -> None:
    for name in GRADED_FILES:
        sys.modules.pop(name.removesuffix(".py"), None)
    for name, text in files.items():
        (folder / name).write_text(text)
    sys.path.insert(0, str(folder))


@contextlib.contextmanager
def _in_process() -> Iterator[None]:
    """For a time, a student's calls run in this process, for so long as one may take."""
    with InProcess():
        plain = Student.__call__

        def call(student: Student, function: str, *args: Any, **kwargs: Any) -> Any:
            signal.signal(signal.SIGALRM, _too_long)
            signal.alarm(int(CALL_SECONDS))
            try:
                return plain(student, function, *args, **kwargs)
            finally:
                signal.alarm(0)

        with patch.object(Student, "__call__", call):
            yield


def _too_long(*_: Any) -> None:
    raise outcomes.TimedOut(f"It did not return within {CALL_SECONDS:.0f} s.")
