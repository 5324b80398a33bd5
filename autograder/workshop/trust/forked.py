"""Mark many variants of the solution quickly: the hidden checks are collected once, each variant is marked in a fork.

The fork imports the variant and calls its functions directly: a worker's conversion without the boundary, as in
`make bench`. Only files of our own are ever marked so.
"""

import os
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import pytest

from grader import outcomes
from grader.marking.plugin import Reporter
from grader.marking.results import Results
from grader.overlay import Submission
from grader.paths import CHECKS, GRADED_FILES
from grader.student.budget import NO_END, Clock, Limits
from grader.student.calls import Ask, Request, Returned
from grader.student.session import Session
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


def lost_checks(variants: list[Any], limits: Limits = NO_END) -> list[list[str]]:
    """The numbers of the checks of its own task that each variant loses; those of other tasks are not run."""
    options = f"--rootdir={CHECKS} --config-file={os.devnull} --import-mode=importlib -s -p no:cacheprovider"
    with _Alarmed() as caller, patch.dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"):
        session = Session(None, Submission({}), "closed-form", limits=limits, caller=caller)  # type: ignore[arg-type]
        forks = _Forks(session, variants)
        pytest.main([str(CHECKS), *options.split(), "-p", "no:terminal"], plugins=[forks])
    return forks.lost


class _Forks(Reporter):
    """The reporter, with a run of the collected checks for each variant instead of one run."""

    def __init__(self, session: Session, variants: list[Variant]):
        super().__init__(session, _Unwritten(Path()))
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
                fault = f"{FAULT} " if line.outcome == outcomes.Outcome.FAULT else ""
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


class _Alarmed(InProcess):
    """Calls in this process, each for so long as one may take."""

    def call(self, requests: list[Request], ask: Ask, clock: Clock) -> list[Returned | outcomes.Loses]:
        def too_long(*_: Any) -> None:
            raise outcomes.TimedOut(clock.too_long)

        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(int(clock.budget.limits.call))
        try:
            return super().call(requests, ask, clock)
        finally:
            signal.alarm(0)
