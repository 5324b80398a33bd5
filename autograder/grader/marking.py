"""Mark one submission in one assignment: from a path to a results file."""

import contextlib
import io
import os
import resource
import time
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from grader import outcomes, overlay
from grader.outcomes import GraderFault
from grader.paths import CHECKS, GRADED_FILES
from grader.reporter import Reporter
from grader.results import Results
from grader.session import Session
from grader.tasks import BY_ID
from grader.zygote import Zygote

FAULT = "The marking did not end: a fault of the grader, not yours. These marks do not count. Tell the course staff."


def assignments() -> list[int]:
    """The assignments whose hidden checks are here: both in the repository, one in an autograder zip."""
    return [n for n in (1, 2) if (CHECKS / f"assignment{n}").is_dir()]


def begin(out: Path) -> Results:
    """Write an `out/results.json` of no marks, which says that the marking did not end until it has."""
    results = Results(out / "results.json", message=FAULT)
    results.write()
    return results


def mark(submission: Path, assignment: int, out: Path, zygote: Zygote, tier: str = "cpu") -> Results:
    """Mark the submission at a path and write `out/results.json`; what cannot be opened gets a zero that says why."""
    try:
        loaded = overlay.load(submission)
    except overlay.SubmissionError as error:
        loaded = overlay.Submission({}, dict.fromkeys(GRADED_FILES, outcomes.plain(f"Not marked: {error}.")))
    return mark_loaded(loaded, assignment, out, zygote, tier)


def mark_loaded(
    submission: overlay.Submission, assignment: int, out: Path, zygote: Zygote, tier: str = "cpu"
) -> Results:
    """Mark a submission in one assignment; a wrong answer never raises, a fault of the grader does.

    Raises GraderFault, and KeyboardInterrupt where it is stopped; `out/results.json` says so then.
    """
    results = begin(out)
    session = Session(zygote, submission, tier)
    started = time.monotonic()
    _check(session, results, assignment)
    results.message = _message(results, submission, zygote)
    results.extra = {
        "assignment": assignment,
        "walls": zygote.walls,
        "seconds": {"zygote": round(zygote.start_seconds, 3), "checks": round(time.monotonic() - started, 3)},
        "peak_mib": {"grader": _own_peak_mib(), "worker": zygote.peak_kib >> 10},
        "calls": session.calls,
    }
    results.write()
    return results


def _check(session: Session, results: Results, assignment: int) -> None:
    """Run the hidden checks of one assignment; raises GraderFault unless all of them did their work."""
    reporter = Reporter(session, results)
    folder = CHECKS / f"assignment{assignment}"
    options = "--import-mode=importlib --continue-on-collection-errors -q --no-header -p no:cacheprovider -p no:logging"
    arguments = [str(folder), f"--rootdir={CHECKS}", f"--config-file={os.devnull}", *options.split()]
    noise = io.StringIO()
    set_hypothesis_home_dir(Path(os.devnull, "hypothesis"))  # nowhere: it keeps notes even without a database
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


def _message(results: Results, submission: overlay.Submission, zygote: Zygote) -> str:
    """The sentence above all checks."""
    bonus = sum(line.points for line in results.lines if line.bonus and line.passed)
    extra = f" ({bonus:g} of them bonus)" if bonus else ""
    files = {BY_ID[line.task].file for line in results.lines}
    problems = [sentence for name, sentence in submission.problems.items() if name in files]
    lines = [f"{results.score:g} of {results.max_score:g} points{extra}.", *problems]
    if missing := [wall for wall, stands in zygote.walls.items() if not stands]:
        lines.append(f"The code ran without: {', '.join(missing)}. (No marks hang on it.)")
    return "\n".join(lines)


def _own_peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
