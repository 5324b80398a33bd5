"""Mark one submission in one assignment: from a path to a results file."""

import contextlib
import io
import os
import resource
import time
from pathlib import Path

import pytest

from grader import overlay
from grader.outcomes import GraderFault
from grader.paths import CHECKS
from grader.reporter import Reporter
from grader.results import Results
from grader.session import Session, Zygote

FAULT = "The grader itself failed, which is not your fault; these marks do not count. Tell the course staff."


def assignments() -> list[int]:
    """The assignments whose hidden checks are here: both in the repository, one in an autograder zip."""
    return [n for n in (1, 2) if (CHECKS / f"assignment{n}").is_dir()]


def mark(submission: Path, assignment: int, out: Path, zygote: Zygote | None = None) -> Results:
    """Mark `submission` and write `out/results.json`; a wrong answer never raises, a fault of the grader does.

    Raises GraderFault after the results file says so. `zygote`: one that is already running.
    """
    results = Results(out / "results.json", message=FAULT)
    results.write()
    try:
        loaded = overlay.load(submission)
    except overlay.SubmissionError as error:
        loaded = overlay.Submission({}, dict.fromkeys(("sampler.py", "score.py"), f"Not marked: {error}."))
    try:
        with contextlib.ExitStack() as stack:
            zygote = zygote or stack.enter_context(Zygote())
            session = Session(zygote, loaded)
            checks_started = time.monotonic()
            _check(session, results, assignment)
    except GraderFault as fault:
        results.message = FAULT
        results.write()
        raise fault
    results.message = _message(results, loaded, zygote)
    results.extra = {
        "assignment": assignment,
        "walls": zygote.walls,
        "seconds": {"zygote": round(zygote.start_seconds, 3), "checks": round(time.monotonic() - checks_started, 3)},
        "peak_mib": {"grader": _own_peak_mib(), "worker": zygote.peak_kib >> 10},
        "calls": session.calls,
    }
    results.write()
    return results


def _check(session: Session, results: Results, assignment: int) -> None:
    """Run the hidden checks of one assignment; raises GraderFault where any of them could not do its work."""
    reporter = Reporter(session, results)
    folder = CHECKS / f"assignment{assignment}"
    arguments = [str(folder), f"--rootdir={CHECKS}", "-c", os.devnull, "-p", "no:cacheprovider", "--import-mode=importlib"]
    noise = io.StringIO()
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            pytest.main([*arguments, "-q", "--no-header", "-p", "no:logging"], plugins=[reporter])
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
    if reporter.faults or not results.lines:
        raise GraderFault("; ".join(reporter.faults) or f"no check was collected: {noise.getvalue()[-2000:]}")


def _message(results: Results, submission: overlay.Submission, zygote: Zygote) -> str:
    """The sentence above all checks."""
    lines = [f"{results.score:g} of {results.max_score:g} points.", *submission.problems.values()]
    if "a user id of its own" not in zygote.walls:
        lines.append("The grader did not run as root, so your code ran under the grader's own user id.")
    return "\n".join(lines)


def _own_peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
