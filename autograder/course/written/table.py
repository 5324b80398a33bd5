"""OUT/written.csv: a row for each person, a cell for each question. A person fills it in; what stands there stays.

It is written where it is not there. Where it is, rows of new people are added below, and no byte before them changes.
What cannot be a mark costs the others nothing: a sentence says where it stands and what it must be.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course.downloads import tables
from course.downloads.people import Entry, NoSubmissions, Person
from course.downloads.tables import Table
from course.marks.cells import mark, no_mark, plain_cell
from course.marks.class_marks import WHO
from course.written.questions import Written
from grader import files

NAME = "written.csv"
ADVICE = "save it as CSV in UTF-8, with the columns that it had"

Key = tuple[str, str]  # a submission, and which of its people; "" where there is one


@dataclass(frozen=True)
class Marks:
    """The marks that are read: of a person, by question."""

    questions: Sequence[Written]
    found: dict[Key, dict[str, float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  # a sentence each

    def of(self, entry: Entry, person: Person) -> dict[str, float]:
        return self.found.get(_key(entry, person), {})

    def total(self, entry: Entry, person: Person) -> float | None:
        """The sum, where every question has a mark."""
        mine = self.of(entry, person)
        return round(sum(mine.values()), 2) if len(mine) == len(self.questions) else None

    def unmarked(self, entry: Entry, person: Person) -> str:
        """Why there is no total; "" where there is one."""
        mine = self.of(entry, person)
        missing = [each.number for each in self.questions if each.number not in mine]
        return "" if not missing else f"no mark for {', '.join(missing)}" if mine else "not marked yet"


def brought(out: Path, entries: Sequence[Entry], questions: Sequence[Written]) -> Marks:
    """The marks that OUT/written.csv has, which is written, or completed, first. Raises OSError."""
    path = out / NAME
    heads = [*WHO, *(each.number for each in questions)]
    people = {_key(entry, person): (entry, person) for entry, person in everybody(entries)}
    if not path.exists():
        files.replace(path, tables.written(heads, (_row(*each) for each in people.values())), 0o600)
        return Marks(questions)
    try:
        table = tables.read(path, ADVICE)
        table.needs("the table of marks", "submission")
    except NoSubmissions as fault:
        return Marks(questions, faults=[f"{fault}; it is left as it is, and its marks are not taken"])
    keyed, strange = _keyed(table, people)
    if missing := [each for key, each in people.items() if key not in keyed]:
        _add(path, table, map(_row, *zip(*missing)))
    return _read(table, keyed, strange, questions, people)


def _read(
    table: Table,
    keyed: dict[Key, list[int]],
    strange: list[int],
    questions: Sequence[Written],
    people: dict[Key, tuple[Entry, Person]],
) -> Marks:
    marks = Marks(questions)
    name = table.path.name
    for number in (each.number for each in questions if each.number not in table.heads):
        marks.faults.append(f"{name} has no column {number}; add it, or take {number} out of written in course.toml")
    for number in (twice := table.twice(each.number for each in questions)):
        marks.faults.append(f"{name} has two columns {number}; keep one, none of their marks is taken")
    for place in strange:
        who = ", ".join(filter(None, (table.rows[place].get(head, "") for head in WHO)))
        where = f"{name}, row {table.numbers[place]}"
        marks.faults.append(f"{where}: nobody of this class is {who!r}; its marks are not taken")
    for key, places in keyed.items():
        if len(places) > 1:
            rows = " and ".join(str(table.numbers[place]) for place in places)
            marks.faults.append(f"{name}: rows {rows} are of the same person; keep one, none of their marks is taken")
            continue
        row = table.rows[places[0]]
        for each in (each for each in questions if each.number not in twice):
            cell = row.get(each.number, "").strip()
            found = mark(cell, each.points)
            if found is not None:
                marks.found.setdefault(key, {})[each.number] = found
            elif fault := no_mark(cell, each.points):
                marks.faults.append(f"{name}, row {table.numbers[places[0]]}, {each.number}: {fault}")
    return marks


def everybody(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Person]]:
    return ((entry, person) for entry in entries for person in entry.people or (Person(),))


def _key(entry: Entry, person: Person) -> Key:
    return entry.id, (person.email or person.sid or person.name) if len(entry.people) > 1 else ""


def _keyed(table: Table, people: dict[Key, tuple[Entry, Person]]) -> tuple[dict[Key, list[int]], list[int]]:
    """The places of each person's rows, and those of the rows that are of nobody; a row without a cell is none."""
    found: dict[Key, list[int]] = defaultdict(list)
    strange = []
    for place, row in enumerate(table.rows):
        name, sid, email, submission = (row.get(head, "").removeprefix("'") for head in WHO)
        key = next((key for key in ((submission, ""), (submission, email or sid or name)) if key in people), None)
        if key:
            found[key].append(place)
        else:
            strange.append(place)
    return found, strange


def _row(entry: Entry, person: Person) -> dict[str, str]:
    return dict(zip(WHO, map(plain_cell, (person.name, person.sid, person.email, entry.id))))


def _add(path: Path, table: Table, rows: Iterable[dict[str, str]]) -> None:
    """Add rows below what a file holds, between whose cells a spreadsheet may have put another sign."""
    content = path.read_bytes()
    text, between = io.StringIO(), tables.delimiter(content.decode("utf-8-sig"))
    added = csv.DictWriter(text, table.heads, "", "ignore", delimiter=between, lineterminator="\n")
    added.writerows(rows)
    end = b"" if content.endswith(b"\n") else b"\n"
    files.replace(path, content + end + text.getvalue().encode(errors="replace"), 0o600)
