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


TASKS = [Task(**row) for row in json.loads((STARTER / "diffusion" / "tasks.json").read_text())]
BY_FUNCTION = {task.function: task for task in TASKS}
BY_ID = {task.task: task for task in TASKS}
