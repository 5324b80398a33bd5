"""Mark one submission in one assignment: from a session to a results file."""

import contextlib
import io
import os
import resource
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader import claim, overlay
from grader.marking import summary, version
from grader.marking.plugin import Reporter
from grader.marking.results import MAX_OUTPUT, Results
from grader.outcomes import GraderFault
from grader.paths import CHECKS
from grader.phrases import phrase
from grader.sandbox.zygote import Zygote
from grader.settings import DEFAULTS, Settings
from grader.student.session import Session
from grader.tasks import ALL_TASKS, BY_ID, order

LATER = {  # what a student is told instead of the marks, by the checks' visibility
    "visible": "",
    "hidden": phrase("Your submission is marked. The marks are not shown here."),
    "after_due_date": phrase("Your submission is marked. What the checks found is shown after the due date."),
    "after_published": phrase(
        "Your submission is marked. What the checks found is shown once the grades are published."
    ),
}
WALLS = {  # of `confine.walls`, by their keys
    said.english: said
    for said in (
        phrase("resource limits"),
        phrase("no new privileges"),
        phrase("a user id of its own"),
        phrase("the grader's files out of reach"),
    )
}


@dataclass(frozen=True)
class Facts:
    """Of a marking as a whole, beside its results."""

    title: str  # the submission's name
    assignment: int
    tier: str
    submission: overlay.Submission
    fault: str  # of the grader; "" where there was none
    walls: dict[str, bool]


Page = Callable[[Results, Facts], str]  # makes a page of a marking; says where it is, or why there is none


def begin(out: Path) -> Results:
    """Write an `out/results.json` of no marks, which says that the marking did not end until it has."""
    path = out / claim.RESULTS
    try:
        claim.no_marks(out)
    except OSError as error:
        raise GraderFault(f"{path} cannot be written: {error}") from error
    return Results(path, message=claim.FAULT)


def mark(
    session: Session,
    assignment: int,
    out: Path,
    title: str = "",
    settings: Settings = DEFAULTS,
    tasks: Collection[str] = ALL_TASKS,
    page: Page | None = None,
) -> Results:
    """Mark a submission in one assignment, into `out/results.json`; a wrong answer raises nothing.

    tasks: that are marked, for a look at some of them: a helper of another task is then known to be wrong by its probes
    alone. page: makes a page of what was found; title: of that page.
    Raises GraderFault, and KeyboardInterrupt where it is stopped; `out/results.json` says so then, and the page does.
    """
    results, zygote, submission = begin(out), session.zygote, session.submission
    zygote.peak_kib = 0  # of this submission's workers
    started, fault = time.monotonic(), "The marking was stopped."
    try:
        with session:
            _check(session, results, assignment, settings, tasks, page is not None)
        fault = ""
    except GraderFault as error:
        fault = str(error)
        raise
    finally:
        results.extra = {
            "assignment": assignment,
            "release": version.stamp(assignment),
            "walls": zygote.walls,
            "seconds": {
                "zygote": round(zygote.start_seconds, 3),
                "checks": round(time.monotonic() - started, 3),
                "each": {line.number: round(line.seconds, 3) for line in results.lines if line.outcome.ran},
            },
            "peak_mib": {"grader": _own_peak_mib(), "worker": zygote.peak_kib >> 10},
            "calls": session.calls,
        }
        if not fault:
            results.message = _message(results, submission, zygote, LATER[settings.visibility])
            if ALL_TASKS > {*tasks}:
                results.extra["tasks"] = sorted(tasks, key=order)
                looked = ", ".join(results.extra["tasks"])
                results.message = phrase(
                    "Marked, for a look, only: {tasks}. {message}", tasks=looked, message=results.message
                )
            results.summary = "" if LATER[settings.visibility] else _summary(results)
        if page:
            results.report = page(results, Facts(title, assignment, session.tier, submission, fault, zygote.walls))
    results.ended = True
    results.write()  # the last of all, so that nothing can stop what counts already
    return results


def _check(
    session: Session, results: Results, assignment: int, settings: Settings, tasks: Collection[str], shown: bool
) -> None:
    """Run the hidden checks of one assignment; raises GraderFault unless all of them did their work."""
    reporter = Reporter(session, results, settings, tasks, shown)
    folder = CHECKS / f"assignment{assignment}"
    options = ["--import-mode=importlib", "--continue-on-collection-errors", "-q", "--no-header"]
    options += [f"-pno:{plugin}" for plugin in ("cacheprovider", "logging", "unraisableexception")]
    arguments = [str(folder), f"--rootdir={CHECKS}", f"--config-file={os.devnull}", *options]
    noise = io.StringIO()
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            ended = pytest.main(arguments, plugins=[reporter])
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
    if ended == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt  # what is not marked must not look like a mark
    if reporter.faults or ended != pytest.ExitCode.OK:
        what = "the checks did not end" if results.lines else "no check was collected"
        raise GraderFault("; ".join(reporter.faults) or f"{what}: {noise.getvalue()[-2000:]}")


def _message(results: Results, submission: overlay.Submission, zygote: Zygote, later: str) -> str:
    """The sentence above all checks. later: what it says instead of the points, which Gradescope shows at once."""
    bonus = sum(line.points for line in results.lines if line.bonus and line.passed)
    marks = {"got": results.score, "of": results.max_score, "bonus": bonus}
    points = phrase("{got:g} of {of:g} points.", **marks)
    if bonus:
        points = phrase("{got:g} of {of:g} points ({bonus:g} of them bonus).", **marks)
    files = {BY_ID[line.task].file for line in results.lines}
    problems = [sentence for name, sentence in submission.problems.items() if name in files]
    lines = [later or points, *problems, *submission.notes]
    if missing := [WALLS.get(wall, wall) for wall, stands in zygote.walls.items() if not stands]:
        lines.append(phrase("The code ran without: {walls}. (No marks hang on it.)", walls=", ".join(missing)))
    return "\n".join(lines)


def _summary(results: Results) -> str:
    """The message with marks by task and what went wrong; "" where it cannot be made, so that the message stays."""
    try:
        text = summary.html(results)
    except Exception:  # no summary is worth a fault of the grader
        return ""
    return text if len(text) < MAX_OUTPUT else ""


def _own_peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
