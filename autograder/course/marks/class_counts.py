"""A marked class, counted: by submission, task, check and named cause."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from statistics import mean, median

from course.marks import items
from course.marks.class_marks import Marked
from grader.causes import hints
from grader.outcomes import Outcome
from grader.tasks import BY_ID, Task, order, task_of

ELSEWHERE = (Outcome.WAITS, Outcome.OTHER_POINTS)  # what became of a check that nobody could pass here


@dataclass(frozen=True)
class Check:
    """One check over those of the class for whom it was made, or could have been."""

    number: str
    claim: str
    points: float
    outcomes: Counter[str]  # by label
    causes: Counter[str]

    @property
    def marked(self) -> int:
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        return self.marked - self.outcomes[Outcome.PASSED] - self.outcomes[Outcome.STOOD_IN]

    @property
    def cause(self) -> str:
        """The cause that is named most often; "" where none is."""
        return hints.words(self.causes.most_common(1)[0][0]).english if self.causes else ""


@dataclass(frozen=True)
class Row:
    """One task over the class."""

    task: Task
    marks: list[float]

    @property
    def mean(self) -> float:
        return mean(self.marks)

    @property
    def full(self) -> int:
        return sum(mark >= self.task.points - 0.005 for mark in self.marks)

    @property
    def none(self) -> int:
        return sum(mark == 0 for mark in self.marks)


@dataclass(frozen=True)
class Class:
    """All submissions, in the order of `class_marks.read`."""

    submissions: list[Marked]

    @cached_property
    def marked(self) -> list[Marked]:
        return [each for each in self.submissions if each.results]

    @cached_property
    def scores(self) -> list[float]:
        return [each.score for each in self.marked]

    @property
    def median(self) -> float:
        return median(self.scores)

    @property
    def mean(self) -> float:
        return mean(self.scores)

    @cached_property
    def assignment(self) -> int:
        return next((task.assignment for task in self.tasks), 0)

    @cached_property
    def tasks(self) -> list[Task]:
        return [task for task in BY_ID.values() if any(task.task in each.tasks for each in self.marked)]

    @property
    def of(self) -> float:
        """The points that there are, the bonus not counted."""
        return sum(task.points for task in self.tasks if not task.bonus)

    @property
    def rows(self) -> list[Row]:
        return [Row(task, [each.tasks.get(task.task, 0.0) for each in self.marked]) for task in self.tasks]

    @cached_property
    def checks(self) -> list[Check]:
        """By number."""
        found: dict[str, Check] = {}
        for each in self.marked:
            for test in (test for test in each.tests if test.outcome not in ELSEWHERE):
                new = Check(test.number, test.claim, test.points, Counter(), Counter())
                check = found.setdefault(test.number, new)
                check.outcomes[test.outcome.label] += 1
                if test.cause:
                    check.causes[test.cause] += 1
        return sorted(found.values(), key=lambda check: order(check.number))

    @cached_property
    def items(self) -> items.Analysis:
        """How the checks and the tasks do as items of a test."""
        return items.analyse(self.submissions)

    @cached_property
    def causes(self) -> list[tuple[str, list[Task], list[Marked]]]:
        """(the cause in words, the tasks where it is named, whose submissions), the most common first."""
        tasks: dict[str, set[str]] = defaultdict(set)
        whose: dict[str, list[Marked]] = defaultdict(list)
        for each in self.marked:
            named = [test for test in each.tests if test.cause]
            for test in named:
                tasks[test.cause].add(task_of(test.number))
            for cause in dict.fromkeys(test.cause for test in named):
                whose[cause].append(each)
        rows = [
            (hints.words(cause).english, [t for t in self.tasks if t.task in tasks[cause]], whose[cause])
            for cause in whose
        ]
        return sorted(rows, key=lambda row: -len(row[2]))

    @property
    def slowest(self) -> list[Marked]:
        return sorted(self.marked, key=lambda each: -each.seconds)[:10]

    @property
    def faulty(self) -> list[Marked]:
        return [each for each in self.submissions if each.fault or each.odd]

    @property
    def identical(self) -> list[list[Marked]]:
        """Groups of submissions with the same files; those without any file aside."""
        groups = defaultdict(list)
        for each in self.submissions:
            groups[each.key].append(each)
        return sorted((group for group in groups.values() if len(group) > 1 and group[0].files), key=len, reverse=True)
