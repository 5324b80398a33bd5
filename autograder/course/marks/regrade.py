"""`make regrade OLD=… NEW=…`: what changed between two markings of one class: whose marks, and at which checks."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from course.marks import class_marks
from course.marks.cells import plain_cell
from course.marks.class_marks import Marked
from grader import files
from grader.tasks import order

NAME = "changes.csv"
HEADS = ("submission", "before", "after", "won", "lost")


@dataclass(frozen=True)
class Change:
    """What became of one submission: its points before and after, and the checks that it won and lost."""

    id: str
    before: float | None  # None where it was not marked
    after: float | None
    won: list[str]
    lost: list[str]
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """One for each of HEADS."""
        points = ("not marked" if mark is None else f"{mark:g}" for mark in (self.before, self.after))
        return self.id, *points, ", ".join(self.won), ", ".join(self.lost)

    @property
    def by(self) -> float:
        """By how many points it changed; 0 where it was not marked once."""
        return 0.0 if self.before is None or self.after is None else round(self.after - self.before, 2)


def changes(old: Path, new: Path) -> list[Change]:
    """Each submission whose points or passed checks differ, the greatest loss first. Raises class_marks.NoMarks."""
    before, after = ({each.id: each for each in class_marks.read(folder)} for folder in (old, new))
    found = [_change(name, before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
    changed = [each for each in found if each.won or each.lost or each.before != each.after]
    return sorted(changed, key=lambda each: each.by)


def run(console: Console, old: Path, new: Path) -> int:
    """Print who lost, who gained and how many at each check, and write NEW/changes.csv; the exit code."""
    try:
        found = changes(old, new)
        _write(new / NAME, found)
    except (class_marks.NoMarks, OSError) as reason:
        console.print(f"Nothing was compared: {reason}.", style="bold red", markup=False, soft_wrap=True)
        return 2
    table = Table(box=None, pad_edge=False)
    for head in HEADS:
        table.add_column(head, justify="right" if head in ("before", "after") else "left", overflow="fold")
    for each in found:
        table.add_row(*map(Text, each.cells))
    if found:
        console.print(table)
    for line in _checks(found):
        console.print(line, highlight=False, soft_wrap=True)
    gained, less = sum(each.by > 0 for each in found), sum(each.by < 0 for each in found)
    console.print(f"{gained} gain, {less} lose, {len(found) - gained - less} change otherwise.", style="bold")
    console.print(str(new / NAME), highlight=False, markup=False, soft_wrap=True)
    return 0


def _checks(found: list[Change]) -> Iterator[str]:
    """How many won and lost each check, a line each; the most frequent first."""
    for what, numbers in (("won", [each.won for each in found]), ("lost", [each.lost for each in found])):
        if counts := Counter(number for each in numbers for number in each):
            rows = sorted(counts.items(), key=lambda row: (-row[1], order(row[0])))
            yield f"{what}: " + ", ".join(f"{number} by {count}" for number, count in rows)


def _change(name: str, before: Marked | None, after: Marked | None) -> Change:
    """Checks that only one of the markings has are nobody's gain or loss; the points tell what they are worth."""
    old, new = _passed(before), _passed(after)
    both = old.keys() & new.keys()
    won, lost = ([n for n in new if n in both and (old[n], new[n]) == way] for way in ((False, True), (True, False)))
    who = after or before
    names, emails = (who.people, who.emails) if who else ((), ())
    return Change(name, _points(before), _points(after), won, lost, names, emails)


def _points(marked: Marked | None) -> float | None:
    return marked.score if marked and marked.results else None


def _passed(marked: Marked | None) -> dict[str, bool]:
    """Whether each check that carries points passed, by number, in the order of the results."""
    return {test.number: test.passed for test in (marked.tests if marked else []) if test.points}


def _write(path: Path, found: list[Change]) -> None:
    """A row for each submission, for spreadsheets and mails; for its owner's eyes."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["names", "emails", *HEADS])
    for each in found:
        rows.writerow([plain_cell(cell) for cell in ("; ".join(each.names), "; ".join(each.emails), *each.cells)])
    files.replace_private(path, text.getvalue(), "utf-8-sig")
