"""Mark many submissions at once: a pool of processes, one for each core, each with a zygote of its own."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from grader import overlay
from grader.marking.mark import mark
from grader.marking.results import Line, Results
from grader.sandbox import confine
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from grader.tasks import TASKS
from workshop.trust.corpus import Case

_zygote: Zygote  # of a process of the pool


def marked(cases: list[Case]) -> Iterator[tuple[Case, list[Line]]]:
    """Each case with its lines in the assignments that call any of its functions, in the closed form.

    Assignment 2 calls the functions of Assignment 1, too. A fault of the grader is raised.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_start_zygote) as pool:
        yield from zip(cases, pool.map(_lines, cases))


def marks(
    submission: overlay.Submission, folder: Path, zygote: Zygote, tier: str = "closed-form", since: int = 1
) -> list[Results]:
    """A submission's results in each assignment from number `since` on."""
    numbers = sorted({task.assignment for task in TASKS if task.assignment >= since})
    return [mark(Session(zygote, submission, tier), number, folder / str(number)) for number in numbers]


def _start_zygote() -> None:
    """Give a process of the pool a zygote of its own; both end with the process that made the pool."""
    global _zygote
    confine.end_with_parent()
    _zygote = Zygote()


def _lines(case: Case) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        marked = marks(case.submission, Path(folder), _zygote, since=case.since)
        return [line for results in marked for line in results.lines]
