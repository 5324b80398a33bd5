"""Put what the GPU tier found into the results of a marking that had no GPU, Gradescope's for one.

What did not run stays "not run", without points: a check that waits for a GPU is replaced by one that ran, or stays.
"""

from typing import Any

NOT_RUN = ("Not run: the GPU tier was not asked for.", "Not run: no CUDA device.")  # as the results say it
HEADLINE = "{:g} points, with those of the GPU tier, which ran elsewhere."


def waits(test: dict[str, Any]) -> bool:
    """Whether a check of the results waits for a GPU."""
    return test.get("output") in NOT_RUN


def without_gpu(results: dict[str, Any]) -> bool:
    """Whether any check of the results waits for a GPU."""
    return any(map(waits, results["tests"]))


def merged(results: dict[str, Any], of_gpu_tier: dict[str, Any]) -> dict[str, Any]:
    """The results with the checks that wait for a GPU as the GPU tier found them; all else is as it was."""
    ran = {test["number"]: test for test in of_gpu_tier["tests"] if not waits(test)}
    tests = [ran.get(test.get("number"), test) if waits(test) else test for test in results["tests"]]
    score = round(sum(_points(test) for test in tests), 2)
    changed = score != round(sum(map(_points, results["tests"])), 2)
    headline = {"output": HEADLINE.format(score), "output_format": "text"} if changed else {}
    return {**results, "tests": tests, "score": score, **headline}


def _points(test: dict[str, Any]) -> float:
    return float(test.get("score") or 0)
