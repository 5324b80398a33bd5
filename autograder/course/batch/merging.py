"""Put what the GPU tier found into the results of a marking that had no GPU, Gradescope's for one.

What did not run stays so, without points: a check that waits for a GPU is replaced by one that ran, or stays. Results
here are those of `read_back`.
"""

from typing import Any

from grader.marking.results import OTHER_POINTS, with_those_of_a_gpu
from grader.outcomes import Outcome


def ended(results: dict[str, Any]) -> bool:
    """Whether results are those of a marking that came to its end: a fault of the grader is no mark."""
    return bool(results["extra_data"]["ended"])


def waits(test: dict[str, Any]) -> bool:
    """Whether a check of the results waits for a GPU; one that has points by hand does not."""
    return test["extra_data"]["outcome"] == Outcome.WAITS and not test.get("score")


def without_gpu(results: dict[str, Any]) -> bool:
    """Whether any check of the results waits for a GPU."""
    return any(map(waits, results["tests"]))


def of_other_points(results: dict[str, Any]) -> bool:
    """Whether any check ran elsewhere, and could not be merged."""
    return any(test["extra_data"]["outcome"] == Outcome.OTHER_POINTS for test in results["tests"])


def merged(results: dict[str, Any], of_gpu_tier: dict[str, Any]) -> dict[str, Any]:
    """The results with the checks that wait for a GPU as the GPU tier found them; all else is as it was.

    The score rises by what they add, so that what a person changed in it stays.
    """
    ran = {test["number"]: test for test in of_gpu_tier["tests"] if not waits(test)}
    tests = [_merged(test, ran.get(test.get("number"))) if waits(test) else test for test in results["tests"]]
    more = sum(_points(new) - _points(old) for new, old in zip(tests, results["tests"]))
    score = round(_points(results) + more, 2)
    headline = {"output": with_those_of_a_gpu(score), "output_format": "text"} if more else {}
    return {**results, "tests": tests, "score": score, **headline}


def _merged(test: dict[str, Any], ran: dict[str, Any] | None) -> dict[str, Any]:
    """A check that waits, as it was found elsewhere, if it ran there and is worth the same here."""
    if ran is None:
        return test
    same = abs(_points(test, "max_score") - _points(ran, "max_score")) < 1e-6
    extra = {**test["extra_data"], "outcome": Outcome.OTHER_POINTS}
    return ran if same else {**test, "output": OTHER_POINTS, "extra_data": extra}


def _points(of: dict[str, Any], what: str = "score") -> float:
    return float(of.get(what) or 0)
