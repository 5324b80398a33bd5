"""What an autograder zip says about itself: its version, its checks' version, its points, the sha256 of every file."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.marking import version
from grader.tasks import TASKS


def manifest(assignment: int, files: Mapping[str, bytes], root: Path) -> dict[str, Any]:
    """The manifest of an autograder zip with these files, by name."""
    tasks = [task for task in TASKS if task.assignment == assignment]
    return {
        "version": version.number(root),
        "assignment": assignment,
        "checks": version.digest(assignment, root),
        "points": {task.task: task.points for task in tasks if not task.bonus},
        "bonus": {task.task: task.points for task in tasks if task.bonus},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
