"""What a release says about itself: its version, its checks' version, its points, the sha256 of every file."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.paths import ROOT

NAME = "MANIFEST.json"  # at the top of an autograder zip
MARKS = ("autograder/", "starter/diffusion/", "assets/")  # where all code and data lie that a mark depends on
UNKNOWN = "unknown"


def version(root: Path = ROOT) -> str:
    """The version in pyproject.toml, the only place where it is written; in an autograder zip, its manifest has it."""
    try:
        if (project := root / "pyproject.toml").exists():
            found = re.search(r'^version = "(.+)"$', project.read_text("utf-8"), re.MULTILINE)
            return found[1] if found else UNKNOWN
        return str(json.loads((root / NAME).read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return UNKNOWN  # no mark hangs on it


def checks(hashes: Mapping[str, str]) -> str:
    """The version of the checks: a digest over all that a mark depends on, from each file's sha256 by its name."""
    lines = [f"{hashes[name]}  {name}\n" for name in sorted(hashes) if name.startswith(MARKS)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


def sha256(files: Mapping[str, bytes]) -> dict[str, str]:
    """Each file's sha256, by name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def manifest(assignment: int, files: Mapping[str, bytes], root: Path) -> dict[str, Any]:
    """The manifest of an autograder zip with these files, by name."""
    hashes = sha256(files)
    table = json.loads(files["starter/diffusion/tasks.json"])
    points = {row["task"]: row for row in table if row["task"].startswith(f"{assignment}.")}
    return {
        "version": version(root),
        "assignment": assignment,
        "checks": checks(hashes),
        "points": {task: row["points"] for task, row in points.items() if not row.get("bonus")},
        "bonus": {task: row["points"] for task, row in points.items() if row.get("bonus")},
        "files": hashes,
    }
