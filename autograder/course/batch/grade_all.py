"""`make grade-all`: mark a class, with a progress bar; what was marked before is not marked again."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from course.batch import merging
from course.batch.batch import RESULTS, Batch
from course.batch.cluster import Cluster
from course.batch.cores import Cores
from course.batch.machines import Machines, NoMachines
from course.downloads import earlier, kinds, lateness
from course.downloads.earlier import Earlier
from course.downloads.kinds import Found
from course.downloads.people import NoSubmissions
from course.marks import class_marks, grades
from course.pages import class_page
from course.written import page, table
from course.written.questions import Written, asked
from grader import files
from grader.outcomes import plain
from grader.settings import DEFAULTS, Settings, Tier
from grader.tasks import TASKS

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
WINDOW = 600  # seconds of which the time left is an extrapolation
LINES = 20  # at most, and one for each at the most, where there is no terminal for a bar


def run(
    console: Console,
    source: Path,
    assignment: int,
    out: Path,
    tier: Tier,
    scheduler: str,
    settings: Settings = DEFAULTS,
    roster: Path | None = None,
    due: str = "",
    against: str = "",
) -> int:
    """Mark all submissions and write the grades; the exit code: 1 where some are not marked, 2 where it ends before."""
    try:
        _apart(source.resolve(), out.resolve())
        others = _others(console, against, (source.resolve(), out.resolve()))
        with files.lock(out):
            found = kinds.find(source, roster, lateness.due(due))
            _say(console, f"{source}: {found.kind.NAME}")
            gpu = tier == "gpu"
            machines: Machines = Cluster(scheduler, gpu=gpu) if scheduler else Cores(gpu=gpu)
            try:
                for note in (*found.renamed, *found.left_out, *found.unknown, *found.untold):
                    _say(console, f"{note}.", "bold")
                batch = Batch(found.entries, assignment, tier, out, settings)
                batch.prepare(machines.gpu)
                return max(_mark(console, batch, machines, found, others), 1 if found.left_out or found.unknown else 0)
            finally:
                machines.close()
    except KeyboardInterrupt:
        why = "Stopped; the same command goes on where it was."
    except BlockingIOError as busy:
        why = f"The class is not marked: {busy}."
    except NoSubmissions as reason:
        why = f"The class is not marked: {reason}."
    except NoMachines as reason:
        why = f"The class is not marked to its end: {reason}."
    except OSError as error:
        why = f"{out} cannot be written: {error.strerror or error}; the same command goes on where it was."
    _say(console, why, "bold red")
    return 2


def _apart(source: Path, out: Path) -> None:
    """Raise NoSubmissions where what is marked and what is written would be taken for one another."""
    if out.is_relative_to(source) or any(source.is_relative_to(out / each) for each in ("marks", "submissions")):
        raise NoSubmissions(f"of {source} and {out} one lies in the other; give an OUT beside the submissions")


def _others(console: Console, against: str, here: tuple[Path, Path]) -> list[Earlier]:
    """What the class is compared with, and a line about each folder of it. Raises NoSubmissions."""
    if own := next((each for each in against.split(os.pathsep) if each and Path(each).resolve() in here), ""):
        raise NoSubmissions(f"AGAINST={own} is this class itself; give an earlier class or a folder of solutions")
    others = earlier.read(against)
    for each in others:
        _say(console, f"{each.said}: {len(each.works)} to compare the class with")
        if each.unread:
            _say(console, f"Not compared, since no Python file could be read there: {', '.join(each.unread)}.", "bold")
    return others


def _mark(console: Console, batch: Batch, machines: Machines, found: Found, others: list[Earlier]) -> int:
    distinct = len(set(batch.digest_of.values()))
    done = distinct - len(batch.missing) - len(batch.faults)
    _say(console, f"{len(batch.entries)} submissions, {distinct} of them distinct, {done} marked before")
    try:
        if batch.missing:
            for _ in _shown(console, batch.run(machines), len(batch.missing)):
                pass
    finally:
        batch.write_faults()
        marked = class_marks.read(batch.out)
        questions = asked(batch.settings, [task for task in TASKS if task.assignment == batch.assignment])
        marks = table.brought(batch.out, batch.entries, questions) if questions else table.Marks([])
        _say(console, f"grades: {grades.write(batch, marked, marks)}")
        _give_back(console, batch, found, {each.id for each in marked if each.results})
    _say(console, f"class: {class_page.write(batch.out, marked, others)}")
    if questions:
        _say_written(console, batch, questions, marks)
    if batch.tier == "gpu":
        _say_what_waits(console, [each.results for each in marked if each.results])
    if not batch.settings.counts_all(batch.tier):
        why = "some checks are left out and the others count more, so these are not the real marks."
        _say(console, f"In the tier {batch.tier} {why}")
    for key, fault in batch.faults.items():
        whose = ", ".join(name for name, mine in batch.digest_of.items() if mine == key)
        _say(console, f"Not marked, and no zero: {whose}: {fault}", style="bold red")
    return 1 if batch.faults or marks.faults else 0


def _say_written(console: Console, batch: Batch, questions: list[Written], marks: table.Marks) -> None:
    """Write the page of the written answers; say where it is, how far their marks are, and what is no mark."""
    path = page.write(batch.out, batch.entries, questions, batch.settings.languages)
    done = sum(marks.total(*each) is not None for each in table.everybody(batch.entries))
    have = "person has" if done == 1 else "people have"
    _say(console, f"written answers: {path}; {done} {have} all marks in {batch.out / table.NAME}")
    for fault in marks.faults:
        _say(console, f"{fault}.", "bold red")


def _give_back(console: Console, batch: Batch, found: Found, marked: set[str]) -> None:
    """Write what the host of the class takes the marks in as, where it takes any; only of those who are marked."""
    if not found.kind.FILE:
        return
    path = batch.out / found.kind.FILE
    results = [(each, batch.out / "submissions" / each.id / RESULTS) for each in batch.entries if each.id in marked]
    try:
        content, notes = found.kind.taken_in(results, found.table, batch.assignment)
    except NoSubmissions as reason:
        path.unlink(missing_ok=True)
        _say(console, f"For the host: {reason}.", "bold")
        return
    files.replace(path, content, 0o600)
    _say(console, f"for the host: {path}")
    for note in notes:
        _say(console, f"{note}.", "bold")


def _say_what_waits(console: Console, found: list[dict[str, Any]]) -> None:
    if without := sum(map(merging.without_gpu, found)):
        why = "no CUDA device. Nothing of it counts as passed."
        _say(console, f"The GPU tier was not run for {without} submissions: {why}")
    if other := sum(map(merging.of_other_points, found)):
        _say(
            console,
            f"{other} submissions: {merging.OTHER_POINTS.english} Mark them again on Gradescope first.",
            "bold red",
        )


def _shown(console: Console, marked: Iterable[str], total: int) -> Iterable[str]:
    """What is marked, with a bar that shows the time left, or a line now and then where there is no terminal."""
    if console.is_terminal:
        with Progress(*COLUMNS, TimeRemainingColumn(), console=console, speed_estimate_period=WINDOW) as progress:
            yield from progress.track(marked, total, description="marking")
        return
    started = time.monotonic()
    for count, key in enumerate(marked, 1):
        yield key
        if count * LINES // total > (count - 1) * LINES // total:
            left = (time.monotonic() - started) / count * (total - count)
            _say(console, f"{count} of {total} marked, about {left / 60:.1f} min left")


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(plain(text), style=style, markup=False, highlight=False, soft_wrap=True)
