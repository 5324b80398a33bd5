"""What marks a class: processes that take one job after the other. `cores.py` has this machine's, `cluster.py` Dask's.

A marking needs a process to itself, since pytest, the environment and the standard streams are a process's own. One
that dies costs its marking alone, which is tried again; and the student code below it ends with it.
"""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from course.pages import report
from grader.marking import version
from grader.marking.mark import mark
from grader.overlay import Submission
from grader.sandbox.zygote import Zygote
from grader.settings import Settings
from grader.student.session import Session

Files = dict[str, bytes]  # what a marking writes, by name

GONE = "the scheduler is gone; the same command goes on where it was"
OTHER_VERSION = (
    "the grader has changed, or a machine has another version; give all the same one, and type this command again"
)


class NoMachines(Exception):
    """There is nothing to mark on; the message says why and what to do."""


@dataclass(frozen=True)
class Job:
    """One marking, as it goes to the process that does it."""

    submission: Submission
    assignment: int
    tier: str
    title: str  # of the report page
    settings: Settings
    version: str  # of the grader that asks


Mark = Callable[[Job], "Files | str"]


class Machines(Protocol):
    """Where markings run. slots: how many at a time; gpu: whether there is a GPU."""

    @property
    def slots(self) -> int: ...
    @property
    def gpu(self) -> bool: ...
    def submit(self, job: Job) -> "Future[Files | str]":
        """Begin a marking; its future gives the files of its results, or what went wrong in the grader."""

    def look(self) -> None:
        """Raise NoMachines where nothing is at work any more, and there is nothing that will be."""

    def close(self) -> None:
        """End all that is at work, at once."""


_zygote: Zygote | None = None  # of a process that marks
_one_at_a_time = threading.Lock()


def marked(job: Job) -> Files | str:
    """Do a marking in this process: the files of its results, or what went wrong in the grader."""
    global _zygote
    with _one_at_a_time:
        if job.version != version.digest(job.assignment):
            return OTHER_VERSION
        try:
            _zygote = _zygote or Zygote()
            # in the zygote's folder, which goes when this process does, however it ends
            with tempfile.TemporaryDirectory(dir=_zygote.folder) as folder:
                session = Session(_zygote, job.submission, job.tier, job.settings.exposed)
                mark(session, job.assignment, Path(folder), job.title, job.settings, page=report.write)
                made = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
            return made if job.version == version.digest(job.assignment) else OTHER_VERSION
        except Exception as fault:
            end()
            return f"{type(fault).__name__}: {fault}"


def has_cuda() -> bool:
    """Whether torch finds a GPU, in a process of its own: the grader itself has no torch."""
    look = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    return subprocess.run([sys.executable, "-c", look], capture_output=True).returncode == 0


def end() -> None:
    """End this process's zygote, if it has one."""
    global _zygote
    if _zygote:
        _zygote.close()
    _zygote = None
