"""What an autograder zip says about itself: its version, its checks' version, its points, the sha256 of every file."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.marking import version


def manifest(assignment: int, files: Mapping[str, bytes], root: Path) -> dict[str, Any]:
    """The manifest of an autograder zip with these files, by name."""
    table = json.loads(files["starter/diffusion/tasks.json"])
    points = {row["task"]: row for row in table if row["task"].startswith(f"{assignment}.")}
    return {
        "version": version.number(root),
        "assignment": assignment,
        "checks": version.digest(assignment, root),
        "points": {task: row["points"] for task, row in points.items() if not row.get("bonus")},
        "bonus": {task: row["points"] for task, row in points.items() if row.get("bonus")},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
