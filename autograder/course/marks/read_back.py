"""Results that are read back, from a file or from Gradescope's export: in this version's keys, whichever wrote them.

A former version said in sentences what has a key now; and an export may lack any part of results. Where a key is
missing, the sentences tell, so those of every version stay in this list.
"""

from pathlib import Path
from typing import Any

from grader import files
from grader.causes.hints import HINTS
from grader.marking.results import uncounted
from grader.outcomes import Outcome
from grader.phrases import phrase

SENTENCES = {
    "Not run: the GPU tier was not asked for.": Outcome.WAITS,
    "Not run: no CUDA device.": Outcome.WAITS,
    "Not run: elsewhere the GPU tier gave other points to this check, by another release or other settings.": (
        Outcome.OTHER_POINTS
    ),
    "Not run: the marking ended before this check.": Outcome.NOT_REACHED,
    "This check could not be done: a fault of the grader, not yours. Tell the course staff.": Outcome.FAULT,
}
SENTENCES |= {str(phrase(said)): outcome for said, outcome in SENTENCES.items()}  # in the course's language, too
CAUSE = "Likely cause: "  # with which a former version named one
UNCOUNTED = ("Not counted, since the marking did not end.", uncounted(""))  # so begin the checks of such a marking


def from_file(path: Path) -> dict[str, Any] | None:
    """The content of a results file, keyed; None where it is not there, or not whole."""
    found = files.table(path)
    return keyed(found) if found else None


def keyed(results: dict[str, Any]) -> dict[str, Any]:
    """Results whose `extra_data` has `ended`, and each of whose checks has `outcome` and `cause` in its own."""
    tests = [_keyed(test) for test in results.get("tests") or [] if isinstance(test, dict)]
    return {**results, "tests": tests, "extra_data": {"ended": _ended(tests), **_extra(results)}}


def is_known(cause: str) -> bool:
    """Whether there are words for a cause; not so for one of a later version, or of somebody's own."""
    return all(part in HINTS for part in cause.split("+"))


def named(output: str) -> str:
    """The cause that the output of a wrong answer names, in results that lack the field; "" where it names none."""
    return next((cause for cause, (what, _) in HINTS.items() if f"{CAUSE}{what} (it shows, " in output), "")


def _keyed(test: dict[str, Any]) -> dict[str, Any]:
    said, outcome = str(test.get("output") or ""), _outcome(test)
    cause = named(said) if outcome in (Outcome.WRONG, Outcome.FLOODED) else ""
    return {**test, "extra_data": {"cause": cause, **_extra(test), "outcome": outcome}}


def _outcome(test: dict[str, Any]) -> Outcome:
    key, said = _extra(test).get("outcome"), str(test.get("output") or "")
    if key in (None, Outcome.NOT_RUN) and said in SENTENCES:
        return SENTENCES[said]
    try:
        return Outcome(key)
    except ValueError:  # there is none, or it is a later version's
        return Outcome.PASSED if test.get("status") == "passed" else Outcome.FAILED


def _ended(tests: list[dict[str, Any]]) -> bool:
    """Whether the marking came to its end, as its checks tell."""
    broken = (Outcome.NOT_REACHED, Outcome.FAULT)
    cut = [t for t in tests if t["extra_data"]["outcome"] in broken or str(t.get("output")).startswith(UNCOUNTED)]
    return bool(tests) and not cut


def _extra(of: dict[str, Any]) -> dict[str, Any]:
    extra = of.get("extra_data")
    return extra if isinstance(extra, dict) else {}
