"""Marking from a command line: into which folders, in which tier, and what is said where it does not end."""

import signal
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from grader import claim, outcomes, overlay
from grader.commands import refuse, say, settings
from grader.marking.mark import Page, mark
from grader.marking.results import Results
from grader.outcomes import GraderFault
from grader.sandbox.zygote import Zygote
from grader.settings import Tier
from grader.student.session import Session
from grader.tasks import ALL_TASKS, TASKS

Show = Callable[[Results, int], None]  # the results of an assignment


def grade(
    submission: Path,
    out: Path,
    show: Show,
    assignment: int | None = None,
    tier: Tier | None = None,
    task: str = "",
    page: Page | None = None,
) -> None:
    """Mark one submission. assignment: None is all that are here; tier: None is the settings'; task: "" is all tasks.

    Raises typer.Exit, with status 2, where the grader itself failed.
    """
    folders = claim.folders(out, str(assignment or task[:1]))
    claim.take(folders.values())
    if not submission.exists():
        refuse(f"There is no submission at {submission}; give a folder or a zip with sampler.py and score.py.")
    if task and task not in (here := [row.task for row in TASKS if assignment in (None, row.assignment)]):
        where = f"Assignment {assignment} has" if assignment else "There is"
        refuse(f"{where} no task {task}; give one of {', '.join(here)}.")
    decided, tasks = settings(), {task} if task else ALL_TASKS
    for number in folders.keys() - {str(row.assignment) for row in TASKS}:  # of which the course gives no task
        if assignment:
            refuse(f"This course has no Assignment {number}; leave A out, or give its tasks points in course.toml.")
        (folders.pop(number) / claim.RESULTS).unlink(missing_ok=True)
    claim.answer_signals(signal.default_int_handler)
    left, title = set(folders), outcomes.plain(submission.resolve().name)
    try:
        loaded = overlay.opened(submission)
        with Zygote() as zygote:
            for number, folder in folders.items():
                session = Session(zygote, loaded, tier or decided.tier, decided.exposed)
                results = mark(session, int(number), folder, title, decided, tasks, page)
                left.remove(number)
                show(results, int(number))
    except (KeyboardInterrupt, Exception) as fault:  # whatever it is, it is not the student's
        if left:
            _refuse(fault, folders.values())
        say(f"The marks count; only afterwards something failed: {fault!r}")


def _refuse(fault: BaseException, folders: Iterable[Path]) -> NoReturn:
    """Tell why a marking did not end, and where what was known by then is."""
    if isinstance(fault, KeyboardInterrupt):
        refuse("The marking was stopped before its end; its marks do not count.")
    pages = [
        f"what was known by then: {page}" for page in (folder / claim.REPORT for folder in folders) if page.exists()
    ]
    what = fault if isinstance(fault, GraderFault) else traceback.format_exc()
    refuse("\n".join([f"The grader failed: {what}", *pages]))
