"""The repository's own README.md: its table of the tasks that the course gives, and what they are worth."""

import re

from grader.paths import ROOT
from grader.tasks import Task

FILE = ROOT / "README.md"
TABLE = re.compile(r"(?<=<!-- tasks -->\n).*?(?=<!-- end -->)", re.DOTALL)
HEAD = "| task | file | function | points | is |\n|---|---|---|---|---|\n"


def page(tasks: list[Task]) -> str:
    """README.md with the table of these tasks."""
    worth = " ".join(_worth(assignment, tasks) for assignment in sorted({task.assignment for task in tasks}))
    made = f"{worth}\n\n{HEAD}{''.join(map(_row, tasks))}"
    return TABLE.sub(lambda _: made, FILE.read_text("utf-8"), count=1)


def _worth(assignment: int, tasks: list[Task]) -> str:
    points, bonus = (sum(t.points for t in tasks if (t.assignment, t.bonus) == (assignment, b)) for b in (False, True))
    return f"Assignment {assignment} is worth {points:g} points{f', and {bonus:g} of bonus' if bonus else ''}."


def _row(task: Task) -> str:
    points = f"{task.points:g}{' bonus' if task.bonus else ''}"
    return f"| {task.task} | `{task.file}` | `{task.function}` | {points} | {task.title} |\n"
