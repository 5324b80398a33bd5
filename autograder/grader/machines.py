"""What marks a class: processes that take one job after the other. `cores.py` has this machine's, `cluster.py` Dask's.

A marking needs a process to itself, since pytest, the environment and the standard streams are a process's own. One
that dies costs its marking alone, which is tried again; and the student code below it ends with it.
"""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader import settings
from grader.digests import version
from grader.marking import mark_loaded
from grader.overlay import Submission
from grader.zygote import Zygote

Files = dict[str, bytes]  # what a marking writes, by name

GONE = "the scheduler is gone; the same command goes on where it was"


class NoMachines(Exception):
    """There is nothing to mark on; the message says why and what to do."""


@dataclass(frozen=True)
class Job:
    """One marking, as it goes to the process that does it."""

    submission: Submission
    assignment: int
    tier: str
    title: str  # of the report page
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

    def close(self) -> None:
        """End all that is at work, at once."""


_zygote: Zygote | None = None  # of a process that marks
_one_at_a_time = threading.Lock()


def marked(job: Job) -> Files | str:
    """Do a marking in this process: the files of its results, or what went wrong in the grader."""
    global _zygote
    with _one_at_a_time:
        if job.version != version():
            return "a machine has another version of the grader; give all of them the same"
        try:
            _zygote = _zygote or Zygote()
            # in the zygote's folder, which goes when this process does, however it ends
            with tempfile.TemporaryDirectory(dir=_zygote.folder) as folder:
                mark_loaded(job.submission, job.assignment, Path(folder), _zygote, job.tier, job.title, settings.load())
                return {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        except Exception as fault:
            end()
            return f"{type(fault).__name__}: {fault}"


def end() -> None:
    """End this process's zygote, if it has one."""
    global _zygote
    if _zygote:
        _zygote.close()
    _zygote = None
