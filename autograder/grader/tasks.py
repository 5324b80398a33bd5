"""The points table, which the handout, the checks and the results all read: `starter/diffusion/tasks.json`."""

import json
from dataclasses import dataclass

from grader.paths import STARTER


@dataclass(frozen=True)
class Task:
    """One row of the table. Points are those of the whole task; its checks share them."""

    task: str
    file: str
    function: str
    points: float
    title: str
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


TASKS = [Task(**row) for row in json.loads((STARTER / "diffusion" / "tasks.json").read_text())]
BY_FUNCTION = {task.function: task for task in TASKS}
BY_ID = {task.task: task for task in TASKS}
ALL_TASKS = frozenset(BY_ID)
