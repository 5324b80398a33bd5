"""Marking from a command line: into which folders, in which tier, and what is said where it does not end."""

import signal
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

import typer
from rich.console import Console

from grader import claim
from grader.marking.mark import Page, mark
from grader.marking.results import Results
from grader.outcomes import GraderFault
from grader.sandbox.zygote import Zygote
from grader.settings import BadSettings, Settings, Tier, load
from grader.tasks import ALL_TASKS, TASKS

Show = Callable[[Console, Results, int], None]  # the results of an assignment


def settings(console: Console) -> Settings:
    """The course's settings; bad ones end the command before anything runs."""
    try:
        return load()
    except BadSettings as reason:
        console.print(f"Nothing was done: {reason}.", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


def grade(
    console: Console,
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
    folders = claim.folders(out, assignment or task[:1])
    claim.take(folders.values())
    why = ""
    if not submission.exists():
        why = f"There is no submission at {submission}; give a folder or a zip with sampler.py and score.py."
    elif task and task not in (here := [row.task for row in TASKS if assignment in (None, row.assignment)]):
        where = f"Assignment {assignment} has" if assignment else "There is"
        why = f"{where} no task {task}; give one of {', '.join(here)}."
    if why:
        console.print(why, markup=False, soft_wrap=True)
        raise typer.Exit(2)
    decided, tasks = settings(console), {task} if task else ALL_TASKS
    claim.answer_signals(signal.default_int_handler)
    left = set(folders)
    try:
        with Zygote() as zygote:
            for number, folder in folders.items():
                results = mark(submission, int(number), folder, zygote, tier or decided.tier, decided, tasks, page)
                left.remove(number)
                show(console, results, int(number))
    except (KeyboardInterrupt, Exception) as fault:  # whatever it is, it is not the student's
        if left:
            _say_why(console, fault, folders.values())
            raise typer.Exit(2) from None
        console.print(f"The marks count; only afterwards something failed: {fault!r}", markup=False, soft_wrap=True)


def _say_why(console: Console, fault: BaseException, folders: Iterable[Path]) -> None:
    """Tell why a marking did not end, and where what was known by then is."""
    if isinstance(fault, KeyboardInterrupt):
        console.print("The marking was stopped before its end; its marks do not count.", style="bold red")
        return
    what = fault if isinstance(fault, GraderFault) else traceback.format_exc()
    console.print(f"The grader failed: {what}", style="bold red", markup=False, soft_wrap=True)
    for page in filter(Path.exists, (folder / claim.REPORT for folder in folders)):
        console.print(f"what was known by then: {page}", markup=False, highlight=False, soft_wrap=True)
