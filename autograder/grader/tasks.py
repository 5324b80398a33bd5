"""The tasks: `tasks.json` says what they are, the course's `course.toml` which of them are given, and for how much."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader import course_file


@dataclass(frozen=True)
class Task:
    """One row of the table. Points are those of the whole task, which its checks share."""

    task: str
    file: str
    function: str
    title: str
    title_zh: str
    points: float = 0.0  # of one that is not given
    bonus: bool = False

    @property
    def assignment(self) -> int:
        return int(self.task.split(".")[0])


def task_of(number: str) -> str:
    """The task of a check, from the check's number: "2.8" of "2.8.1"."""
    return ".".join(number.split(".")[:2])


def order(number: str) -> list[int]:
    """The place of a task or a check, from its number: 2.9 comes before 2.10."""
    return [int(part) for part in number.split(".")]


def shares(whole: float, weights: list[Fraction], unit: Fraction = Fraction(1, 100)) -> list[float]:
    """`whole` by weight, in multiples of `unit` that sum exactly: what is left over goes by largest remainder."""
    exact = [Fraction(whole) / unit * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: round(sum(exact)) - sum(parts)]:
        parts[index] += 1
    return [float(part * unit) for part in parts]


def given(decided: dict[str, Any]) -> list[Task]:
    """The tasks that a course gives, with their points. decided: as `course_file.read` has it, and held to be right."""
    points, bonus = decided.get("points", {}), decided.get("bonus", BONUS)
    tasks = [replace(row, points=points[row.task], bonus=row.task in bonus) for row in ROWS if row.task in points]
    return list(_reweighed(tasks)) if decided.get("reweigh") else tasks


def _reweighed(tasks: list[Task]) -> Iterator[Task]:
    """The tasks with whole points, 100 in each assignment, in the proportions that they have; a bonus as it is."""
    for assignment in Counter(task.assignment for task in tasks):
        here = [task for task in tasks if task.assignment == assignment]
        counted = [task for task in here if not task.bonus]
        whole = dict(zip(counted, shares(100, [Fraction(task.points) for task in counted], Fraction(1))))
        yield from (replace(task, points=whole.get(task, task.points)) for task in here)


def _table() -> list[Task]:
    """The tasks that this course gives; none by a file that cannot be used, which every command refuses at once."""
    try:
        return given(course_file.read())
    except (OSError, ValueError, TypeError, ArithmeticError):
        return []


BONUS = ["2.12"]  # where the course does not say which
ROWS = [Task(**row) for row in json.loads(Path(__file__).with_name("tasks.json").read_text("utf-8"))]
KNOWN = frozenset(row.task for row in ROWS)
TASKS = _table()
BY_FUNCTION = {task.function: task for task in [*ROWS, *TASKS]}
BY_ID = {task.task: task for task in TASKS}
ALL_TASKS = frozenset(BY_ID)
