"""What a marking found, sorted for people: the tasks with their points, and what went wrong, the costliest first."""

from collections import defaultdict
from dataclasses import dataclass

from grader.causes import hints
from grader.marking.results import Line, Results
from grader.outcomes import LABELS, Outcome
from grader.phrases import Phrase, phrase
from grader.tasks import BY_ID, Task


@dataclass(frozen=True)
class Row:
    """A task and its checks."""

    task: Task
    lines: list[Line]

    @property
    def got(self) -> float:
        return sum(line.points for line in self.lines if line.passed)

    @property
    def of(self) -> float:
        return sum(line.points for line in self.lines)

    @property
    def lost(self) -> list[Line]:
        return [line for line in self.lines if line.lost]

    @property
    def to_read(self) -> bool:
        """Whether something was lost by more than not being written yet."""
        return any(line.outcome != Outcome.TO_DO for line in self.lost)


@dataclass(frozen=True)
class Finding:
    """Checks that were lost for one reason: a named cause, or the same outcome in the same task."""

    kind: str  # "cause", or the outcome's label
    what: str
    lines: list[Line]

    @property
    def points(self) -> float:
        return sum(line.points for line in self.lines)

    @property
    def shows(self) -> str:
        """What its first check found, without the cause."""
        first = self.lines[0]
        return first.output.removesuffix(first.hint).strip()

    @property
    def headline(self) -> Phrase:
        """The cause, or the outcome where none is named; and where."""
        where = ", ".join(f"{task.task} {task.function}" for task in self.tasks)
        if self.kind == "to do":
            return phrase("Not written yet: {where}", where=where)
        return phrase("{where}: {what}", where=where, what=self.what if self.kind == "cause" else LABELS[self.kind])

    @property
    def tasks(self) -> list[Task]:
        return [BY_ID[task] for task in dict.fromkeys(line.task for line in self.lines)]


def rows(results: Results) -> list[Row]:
    """The tasks in their order."""
    by_task = defaultdict(list)
    for line in results.lines:
        by_task[line.task].append(line)
    return [Row(BY_ID[task], lines) for task, lines in by_task.items()]


def findings(results: Results) -> list[Finding]:
    """What went wrong, by points lost; what is not written yet comes last, as one."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in results.lines:
        if line.lost:
            groups[_reason(line)].append(line)
    found = [Finding(kind, _words(kind, key, lines), lines) for (kind, key), lines in groups.items()]
    return sorted(found, key=lambda finding: (finding.kind == "to do", -finding.points))


def not_run(results: Results) -> list[Line]:
    """Checks that did not run, those that carry no points with them."""
    return [line for line in results.lines if not line.outcome.ran]


def _reason(line: Line) -> tuple[str, str]:
    if line.cause:
        return "cause", line.cause
    key = line.task if line.outcome.ran else line.output
    return line.outcome.label, "" if line.outcome == Outcome.TO_DO else key


def _words(kind: str, key: str, lines: list[Line]) -> str:
    if kind == "cause":
        return hints.words(key)
    return lines[0].output
