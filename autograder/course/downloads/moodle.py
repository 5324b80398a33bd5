"""Moodle's "Download all submissions", and its offline grading worksheet, which takes the marks back.

A participant has a folder `Ada Lovelace_123_assignsubmission_file`, or, without "in folders", files whose names begin
so; 123 is the number of the worksheet's `Participant 123`, or a group's, which has the same form. So whose a submission
is says the worksheet alone.
Sources, moodle/moodle, main of 2026: public/mod/assign/classes/downloader.php (b1b5f26), public/mod/assign/
gradingtable.php (0ade5cc), public/mod/assign/feedback/offline/importgradeslib.php (806e2d4).
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from course.downloads.people import Entry, NoSubmissions, Person, Read, text
from course.downloads.tables import Table, written
from course.downloads.tops import PERSON, Top, together
from course.marks.cells import feedback, plain_cell
from grader import files

NAME = "Moodle's download"
FILE = "moodle.csv"
TABLE = "Moodle's grading worksheet, downloaded with Moodle's language set to English"
PATTERN = re.compile(r"(?P<name>.+?)(?:_(?P<number>\d+))?" + PERSON + r"(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
NUMBER, GROUP, GRADE, MARKED = "Identifier", "Group", "Grade", "Last modified (grade)"
WHO = ("Full name", "ID number", "Email address")
COMMENTS = "Feedback comments"
LATE = re.compile(r"(?:^| - )([^-]+) late(?= - |$)")  # of the worksheet's Status
ONLINE = "only text was handed in online, and no file; mark it by hand"
ABSENT = "the worksheet has this person, and the download no file; nothing was handed in, or the download is not whole"


def fits(top: Top) -> bool:
    """Whether any name is one that Moodle gives."""
    return any(PATTERN.fullmatch(name) for name in (*top.folders, *(name for name, _ in top.files)))


def read(top: Top, table: Table | None) -> Read:
    """The submissions, and what lies beside them and is none. Raises NoSubmissions where the worksheet is none."""
    entries, strange = _entries(top)
    if not table:
        return Read([replace(each, people=(Person(_name(each.id)),)) for each in entries], strange)
    table.needs(TABLE, NUMBER, GRADE, MARKED)
    rows, groups = defaultdict(list), defaultdict(set)
    for row in table.rows:
        if number := _number(row[NUMBER]):
            key = _plain(row[GROUP]) if GROUP in table.heads else number
            rows[key].append(row)
            groups[key].add(row.get(GROUP, ""))
    if alike := sorted(group for same in groups.values() if len(same) > 1 for group in same):
        names = ", ".join(map(repr, alike))
        raise NoSubmissions(f"no folder's name tells these groups of {table.path} apart: {names}; rename them")
    known = [_known(each, rows, GROUP in table.heads) for each in entries]
    absent = [_absent(row) for left in rows.values() for row in left]
    return Read(known + absent, strange, [each.id for each in known if not each.people[0].key])


def _entries(top: Top) -> tuple[list[Entry], list[str]]:
    """What each participant handed in, by the name of the folder up to its number."""
    loose, text_only, strange = defaultdict(list), set(), []
    found: dict[str, Entry] = {}
    for name, place in top.folders.items():
        if not (match := PATTERN.fullmatch(name)):
            strange.append(name)
        elif match["kind"] == "file":
            found[_whose(match)] = Entry(_whose(match), place=place)
        else:
            text_only.add(_whose(match))
    for name, file in top.files:
        match = PATTERN.fullmatch(name)
        if match and match["kind"] == "file" and match["file"]:
            loose[_whose(match)].append((match["file"], file))
        elif match:
            text_only.add(_whose(match))
        else:
            strange.append(name)
    for whose, theirs in loose.items():
        found[whose] = Entry(whose, **together(theirs))
    for whose in text_only - found.keys():
        found[whose] = Entry(whose, fault=ONLINE)
    return [*found.values()], strange


def _whose(match: re.Match[str]) -> str:
    return match["name"] + (f"_{match['number']}" if match["number"] else "")


def _name(whose: str) -> str:
    return text(re.sub(r"_\d+$", "", whose))


def _known(entry: Entry, rows: dict[str, list[dict[str, str]]], groups: bool) -> Entry:
    """The entry with its people of the worksheet, whose rows are taken out."""
    mine = rows.pop(_plain(_name(entry.id)) if groups else _number(entry.id), [])
    late = next((_late(row) for row in mine if _late(row)), "")
    at = next((row.get("Last modified (submission)", "") for row in mine), "")
    people = tuple(map(_person, mine)) or (Person(_name(entry.id)),)
    return replace(entry, people=people, late=late, created_at=text(at).strip("- "))


def _absent(row: dict[str, str]) -> Entry:
    person = _person(row)
    return Entry(f"{person.name or 'Participant'}_{person.key}", (person,), late=_late(row), fault=ABSENT)


def _person(row: dict[str, str]) -> Person:
    name, sid, email = (text(row.get(head, "")) for head in WHO)
    return Person(name, sid, email, _number(row[NUMBER]))


def _late(row: dict[str, str]) -> str:
    late = LATE.search(row.get("Status", ""))
    return text(late[1]).strip() if late else ""


def _number(identifier: str) -> str:
    """The number at the end of `Participant 123`, or of a folder's name."""
    found = re.search(r"(\d+)$", identifier)
    return found[1] if found else ""


def _plain(name: str) -> str:
    """A group's name as far as a folder's name keeps it."""
    return re.sub(r"\W|_", "", unicodedata.normalize("NFKC", name)).casefold()


def taken_in(marked: list[tuple[Entry, Path]], table: Table | None, assignment: int) -> tuple[bytes, list[str]]:
    """The worksheet with grades and feedback, and sentences about it; only with those who are marked.

    A row without a grade would clear a comment that somebody wrote by hand.
    """
    if not table:
        raise NoSubmissions(f"no {FILE} is written, since a folder's number may be a group's: give ROSTER, {TABLE}")
    results = {person.key: files.table(path) or {} for each, path in marked for person in each.people if person.key}
    rows = [
        {head: plain_cell(cell) if head in WHO else cell for head, cell in row.items()}
        | {GRADE: f"{results[number]['score']:g}", COMMENTS: feedback(results[number])}
        for row in table.rows
        if (number := _number(row[NUMBER])) in results
    ]
    above = max((float(row[GRADE]) for row in rows), default=0)
    note = f"Moodle skips a grade above the assignment's maximum without a word: set that to {above:g} or more"
    return written([*dict.fromkeys([*table.heads, COMMENTS])], rows), [note] if above > 100 else []
