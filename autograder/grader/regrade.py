"""`make regrade OLD=… NEW=…`: what changed between two markings of one class: whose marks, and at which checks."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


class NoMarks(Exception):
    """A folder holds no marks of a class; the message says which."""


@dataclass(frozen=True)
class Change:
    """What became of one submission: its marks before and after, and the checks that it won and lost."""

    id: str
    before: float | None  # None where it was not marked
    after: float | None
    won: list[str]
    lost: list[str]


def changes(old: Path, new: Path) -> list[Change]:
    """Each submission whose marks or passed checks differ, by id. Raises NoMarks."""
    before, after = _marks(old), _marks(new)
    found = [_change(name, before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
    return [each for each in found if each.won or each.lost or each.before != each.after]


def run(console: Console, old: Path, new: Path) -> None:
    """Print who gained, who lost, and how many at each check. Raises NoMarks."""
    found = changes(old, new)
    table = Table(box=None, pad_edge=False)
    for head in ("submission", "before", "after", "won", "lost"):
        table.add_column(head, justify="right" if head in ("before", "after") else "left", overflow="fold")
    for each in found:
        marks = ("not marked" if mark is None else f"{mark:g}" for mark in (each.before, each.after))
        table.add_row(*map(Text, (each.id, *marks, ", ".join(each.won), ", ".join(each.lost))))
    if found:
        console.print(table)
    for what, numbers in (("won", [each.won for each in found]), ("lost", [each.lost for each in found])):
        counts = Counter(number for each in numbers for number in each)
        if counts:
            checks = ", ".join(
                f"{number} by {count}" for number, count in sorted(counts.items(), key=lambda row: -row[1])
            )
            console.print(f"{what}: {checks}", highlight=False)
    both = [each for each in found if each.before is not None and each.after is not None]
    gained = sum(each.after > each.before for each in both)  # type: ignore[operator]
    less = sum(each.after < each.before for each in both)  # type: ignore[operator]
    console.print(f"{gained} gain, {less} lose, {len(found) - gained - less} change otherwise.", style="bold")


def _marks(folder: Path) -> dict[str, dict[str, Any] | None]:
    """The results of each submission in the folder of a marked class; None for one that is not marked."""
    if not (folder / "submissions").is_dir():
        raise NoMarks(f"{folder} holds no marks of a class; give the OUT of a make grade-all")
    found = {}
    for path in (folder / "submissions").iterdir():
        results = path / "results.json"
        found[path.name] = json.loads(results.read_text()) if results.exists() else None
    return found


def _change(name: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    passed, passes = _passed(before), _passed(after)
    return Change(
        name,
        before and before["score"],
        after and after["score"],
        sorted(passes - passed) if before else [],
        sorted(passed - passes) if after else [],
    )


def _passed(results: dict[str, Any] | None) -> set[str]:
    return {test["number"] for test in (results or {"tests": []})["tests"] if test["status"] == "passed"}
