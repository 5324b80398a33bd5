"""Canvas' "Download submissions", and its gradebook, which takes the marks back.

All files lie flat: `lovelaceada_LATE_123_456_sampler-1.py` is a name without what is no letter, the user's number, the
file's, and what it was called; in an anonymous assignment `anon_x1Yz9` stands for name and number.
Sources, instructure/canvas-lms, master of 2026: lib/content_zipper.rb (05e9653), lib/gradebook_importer.rb (00b222d),
lib/gradebook_exporter.rb (0140a2e).
"""

import re
from collections import defaultdict
from pathlib import Path

from course.downloads.people import Entry, NoSubmissions, Person, Read, text
from course.downloads.tables import Table, written
from course.downloads.tops import TWICE, Top, together
from course.marks.cells import plain_cell
from grader import files
from grader.paths import GRADED_FILES

NAME = "Canvas' download"
FILE = "canvas.csv"
TABLE = "Canvas' gradebook, as its Export gives it"
PATTERN = re.compile(
    r"(?:(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)|(?P<hidden_late>LATE_)?(?P<hidden>anon_[A-Za-z0-9]+))"
    r"_(?:\d+_(?P<file>.+)|text\.html|link\.html)",
    re.DOTALL,
)
STUDENT, USER, SIS, LOGIN, SECTION = "Student", "ID", "SIS User ID", "SIS Login ID", "Section"
NO_FILE = "only a text or a link was handed in, and no file; mark it by hand"
ABSENT = "the gradebook has this person, and the download no file; nothing was handed in, or the download is not whole"


def fits(top: Top) -> bool:
    """Whether any file has a name that Canvas gives. Raises NoSubmissions where folders lie beside it."""
    some = next((name for name, _ in top.files if PATTERN.fullmatch(name)), "")
    if some and top.folders:
        beside = "and folders, which Canvas never does, so its kind cannot be told; give each kind by itself"
        raise NoSubmissions(f"{top.where} holds files as Canvas names them, as {some!r}, {beside}")
    return bool(some)


def read(top: Top, table: Table | None) -> Read:
    """The submissions, and what lies beside them and is none. Raises NoSubmissions where the gradebook is none."""
    if table:
        table.needs(TABLE, STUDENT, USER, SECTION)
    rows = {row[USER]: row for row in (table.rows if table else []) if row[USER].isdigit()}
    theirs = defaultdict(list)
    strange: list[str] = []
    unknown: list[str] = []
    for name, place in top.files:
        if match := PATTERN.fullmatch(name):
            theirs[match["user"] or match["hidden"]].append((match, place))
        else:
            strange.append(name)
    entries = []
    for user, found in theirs.items():
        first = found[0][0]
        name = f"{first['name']}_{user}" if first["name"] else user
        unknown += [name] if table and user not in rows else []
        person = _person(rows.pop(user)) if user in rows else Person(text(first["name"]), key=first["user"] or "")
        late = "late" if any(match["late"] or match["hidden_late"] for match, _ in found) else ""
        given = [(match["file"], file) for match, file in found if match["file"]]
        more = together(given) if given else {"fault": NO_FILE}
        if twice := _twice([file for file, _ in given]):
            more = {"fault": TWICE.format(twice)}
        entries.append(Entry(name, (person,), late=late, **more))
    absent = [Entry(f"{row[STUDENT]}_{user}", (_person(row),), fault=ABSENT) for user, row in rows.items()]
    return Read(entries + absent, strange, unknown)


def _twice(names: list[str]) -> str:
    """A graded file that somebody handed in twice, as Canvas numbers the second: `sampler-1.py`; "" where none is."""
    called = [re.sub(r"-\d+(?=\.py$)", "", name) for name in names]
    return next((name for name in GRADED_FILES if called.count(name) > 1), "")


def _person(row: dict[str, str]) -> Person:
    login = text(row.get(LOGIN, ""))
    return Person(text(row[STUDENT]), text(row.get(SIS, "")) or login, login if "@" in login else "", row[USER])


def taken_in(marked: list[tuple[Entry, Path]], table: Table | None, assignment: int) -> tuple[bytes, list[str]]:
    """The gradebook with one column, and sentences about it; only with those who are marked.

    A row without a grade would delete a grade that is there. Canvas finds a student by the ID and asks which of its
    assignments the column is; a line of points possible would change that assignment's.
    """
    column = f"Assignment {assignment}"
    marks = {p.key: f"{(files.table(path) or {})['score']:g}" for each, path in marked for p in each.people if p.key}
    rows = table.rows if table else [{STUDENT: p.name, USER: p.key} for each, _ in marked for p in each.people if p.key]
    shown = [{**row, STUDENT: plain_cell(row[STUDENT]), column: marks[row[USER]]} for row in rows if row[USER] in marks]
    heads = [head for head in (STUDENT, USER, SIS, LOGIN, SECTION) if not table or head in table.heads]
    heads = heads if table else [STUDENT, USER, SECTION]
    hidden = sum(not person.key for each, _ in marked for person in each.people)
    note = f"Canvas hides the names of {hidden} marked submissions; its gradebook takes none of these"
    return written([*heads, column], shown), [note] if hidden else []
