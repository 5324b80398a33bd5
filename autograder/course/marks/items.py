"""Item analysis: how hard each check and task of a class is, whether it tells people apart, and what totals are worth.

Classical test theory over points; an item is a check, or a task, or a question that a person marks:

    difficulty       the share of an item's points that the class has on average: 1 is the easiest
    discrimination   the corrected item-total correlation: Pearson's r of an item and the sum of all others
    reliability      Cronbach's alpha over the k tasks that vary,
                     k/(k - 1) (1 - sum of the tasks' variances / variance of the total)

Alpha is taken over tasks, since the checks of one task fail together, which would count one mistake as many that agree.
The standard error of measurement is sqrt(1 - alpha) times the standard deviation of the totals.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import StatisticsError, correlation, fmean, stdev, variance
from typing import Any

from course.marks.class_marks import Marked
from course.marks.comparable import sorted_out
from grader.tasks import order, task_of

FEW = 10  # submissions below which figures mean little
WEAK = 0.2  # the discrimination below which an item is usually called poor

# why an item has no discrimination
ALL_PASS = "all pass"
NONE_PASSES = "none passes"
ALL_THE_SAME = "all have the same"
NOTHING_BESIDE = "nothing else varies"

Points = Sequence[int]  # of each submission that counts, in hundredths, which add up exactly


@dataclass(frozen=True)
class Item:
    """A check or a task over the submissions that count."""

    number: str
    difficulty: float
    discrimination: float | None
    why: str  # there is none; "" where there is one
    seconds: float | None  # on the clock, on average; None where the results do not say it


@dataclass(frozen=True)
class Reliability:
    """How far the totals of a class can be relied on."""

    alpha: float
    tasks: int  # that vary
    error: float  # standard error of measurement, in points


@dataclass(frozen=True)
class Analysis:
    """The items of a class, those that carry points, by number; empty where no submission counts."""

    counted: Sequence[Any]  # submissions, or what a person marked
    left_out: dict[str, list[Marked]]  # by why
    checks: dict[str, Item]
    tasks: dict[str, Item]
    reliability: Reliability | None  # None where fewer than two tasks vary, or all totals are the same

    @property
    def chance(self) -> float:
        """Two standard errors of a discrimination of 0."""
        return 2 / sqrt(len(self.counted))

    @property
    def same(self) -> dict[str, list[str]]:
        """The checks without a discrimination, by why they have none."""
        found = defaultdict(list)
        for item in self.checks.values():
            if item.why:
                found[item.why].append(item.number)
        return found

    @property
    def weak(self) -> list[tuple[float, str]]:
        """The discriminations below WEAK and whose they are, the least first."""
        found = [(item.discrimination, item.number) for item in self.checks.values() if item.discrimination is not None]
        return sorted(each for each in found if each[0] < WEAK)


def analyse(submissions: Iterable[Marked]) -> Analysis:
    """The item analysis of a class; one mark is one submission, whoever shares it."""
    counted, left_out = sorted_out(submissions)
    full = {test.number: _hundredths(test.points) for test in (counted[0].tests if counted else []) if test.points}
    checks = {number: [number] for number in sorted(full, key=order)}
    tasks = {task: [n for n in checks if task_of(n) == task] for task in dict.fromkeys(map(task_of, checks))}
    scores = [{test.number: _hundredths(test.score) for test in each.tests} for each in counted]
    seconds = [_seconds(each) for each in counted]
    of_tasks = _points(tasks, scores)
    return Analysis(
        counted,
        left_out,
        {item.number: item for item in _items(checks, _points(checks, scores), full, seconds)},
        {item.number: item for item in _items(tasks, of_tasks, full, seconds)},
        reliability(of_tasks),
    )


def of_marks(marks: Sequence[Mapping[str, float]], most: Mapping[str, float]) -> Analysis:
    """The item analysis of what a person marked, as a quiz. marks: of each paper, by item; most: of each item.

    Its items are both the checks and the tasks.
    """
    full = {item: _hundredths(points) for item, points in most.items()}
    points = _points({item: [item] for item in most}, [{i: _hundredths(m) for i, m in each.items()} for each in marks])
    found = {item.number: item for item in (_items({i: [i] for i in most}, points, full, []) if marks else ())}
    return Analysis(marks, {}, found, found, reliability(points))


def discrimination(item: Points, total: Points) -> float | None:
    """The corrected item-total correlation; None where the item, or the sum of all others, does not vary."""
    try:
        return correlation(item, [both - mine for both, mine in zip(total, item)])
    except StatisticsError:
        return None


def reliability(tasks: Mapping[str, Points]) -> Reliability | None:
    """Cronbach's alpha over the tasks that vary; None where it is not defined."""
    varied = [mine for mine in tasks.values() if len(set(mine)) > 1]
    k, total = len(varied), _sums(varied)
    if k < 2 or len(set(total)) < 2:
        return None
    alpha = k / (k - 1) * (1 - sum(variance(mine) for mine in varied) / variance(total))
    return Reliability(alpha, k, sqrt(max(0.0, 1 - alpha)) * stdev(total) / 100)


def _points(items: Mapping[str, list[str]], scores: list[dict[str, int]]) -> dict[str, Points]:
    """Those of each item, which is one check or more."""
    return {item: [sum(mine[number] for number in checks) for mine in scores] for item, checks in items.items()}


def _items(
    items: Mapping[str, list[str]],
    points: Mapping[str, Points],
    full: Mapping[str, int],
    seconds: list[dict[str, float]],
) -> Iterator[Item]:
    total = _sums(points.values())
    for item, checks in items.items():
        mine, most = points[item], sum(full[number] for number in checks)
        r = discrimination(mine, total)
        known = [sum(spent[number] for number in checks) for spent in seconds if spent.keys() >= {*checks}]
        why = _why_none(mine, most) if r is None else ""
        yield Item(item, fmean(mine) / most, r, why, fmean(known) if known else None)


def _why_none(mine: Points, most: int) -> str:
    if len(set(mine)) > 1:
        return NOTHING_BESIDE
    return {0: NONE_PASSES, most: ALL_PASS}.get(mine[0], ALL_THE_SAME)


def _sums(points: Iterable[Points]) -> list[int]:
    """The points of each submission, added up."""
    return [sum(mine) for mine in zip(*points)]


def _hundredths(points: float) -> int:
    return round(100 * points)


def _seconds(each: Marked) -> dict[str, Any]:
    """Those of each check, by number; none where a former version marked it."""
    seconds = each.extra.get("seconds")
    of_checks = seconds.get("each") if isinstance(seconds, dict) else None
    return of_checks if isinstance(of_checks, dict) else {}
