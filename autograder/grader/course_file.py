"""`autograder/course.toml` as it is written; `grader.settings` says what is wrong with it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.paths import AUTOGRADER

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = AUTOGRADER / "course.toml"


def read(path: Path = FILE) -> dict[str, Any]:
    """What the file says, with points by task, as {"2.10": 6}. Raises OSError, and ValueError for what is not TOML."""
    found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    if isinstance(points := found.get("points"), dict):
        found["points"] = dict(_flat(points))
    return found


def language(decided: dict[str, Any]) -> str:
    """The first language of a course, in which its marks are told. Raises what a file that is not right leads to."""
    return str((decided.get("languages") or ["en"])[0])


def _flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """TOML takes the 2.10 of `2.10 = 6` for two names, one below the other."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
