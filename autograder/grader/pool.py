"""Mark many submissions at once: a pool of processes, one for each core, each with a zygote of its own."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from grader import overlay
from grader.corpus import Case
from grader.marking import assignments, mark_loaded
from grader.results import Line, Results
from grader.zygote import Zygote

_zygote: Zygote  # of a process of the pool


def marked(cases: list[Case]) -> Iterator[tuple[Case, list[Line]]]:
    """Each case with its lines in all assignments, in the closed form; a fault of the grader is raised."""
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_start_zygote) as pool:
        yield from zip(cases, pool.map(_lines, cases))


def marks(submission: overlay.Submission, folder: Path, zygote: Zygote, tier: str = "closed-form") -> list[Results]:
    """A submission's results in each assignment."""
    return [mark_loaded(submission, number, folder / str(number), zygote, tier) for number in assignments()]


def _start_zygote() -> None:
    """Give a process of the pool a zygote of its own, which ends with it."""
    global _zygote
    _zygote = Zygote()


def _lines(case: Case) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        return [line for each in marks(case.submission, Path(folder), _zygote) for line in each.lines]
