"""Which submissions of a class a figure of its checks may count: those whose marks compare.

What was not found, not marked or not written is no answer, and would make every check look as if it told people apart.
Marks of another version of the checks, or of another tier, which has other checks or other points, are no answers to
these checks.
"""

from collections import defaultdict
from collections.abc import Iterable

from course.marks.class_marks import Marked
from grader.outcomes import Outcome

NOT_MARKED = "not marked"
IN_PART = "with checks that did not run, as where a file is missing"
NOTHING = "in which nothing is written yet"
OTHERWISE = "marked by another version of the checks or in another tier than most"


def sorted_out(submissions: Iterable[Marked]) -> tuple[list[Marked], dict[str, list[Marked]]]:
    """The submissions that count, and the others by why they do not."""
    left_out: dict[str, list[Marked]] = {why: [] for why in (NOT_MARKED, IN_PART, NOTHING, OTHERWISE)}
    ways = defaultdict(list)
    for each in submissions:
        if why := _why_not(each):
            left_out[why].append(each)
        else:
            ways[_way(each)].append(each)
    most = max(ways.values(), key=len, default=[])
    left_out[OTHERWISE] = [each for way in ways.values() if way is not most for each in way]
    return most, {why: some for why, some in left_out.items() if some}


def _why_not(each: Marked) -> str:
    """Why a submission does not count; "" where it may."""
    outcomes = {test.outcome for test in each.tests if test.points}
    if not outcomes or not each.extra.get("ended"):
        return NOT_MARKED
    if Outcome.FAULT in outcomes or not all(outcome.ran for outcome in outcomes):
        return IN_PART
    return NOTHING if outcomes == {Outcome.TO_DO} else ""


def _way(each: Marked) -> tuple[str, frozenset[tuple[str, float]]]:
    """How a submission was marked: by which version of the checks, and which of them give how many points."""
    release = each.extra.get("release")
    version = str(release.get("checks")) if isinstance(release, dict) else ""
    return version, frozenset((test.number, test.points) for test in each.tests if test.points)
