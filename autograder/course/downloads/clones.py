"""A folder of git clones, as of Classroom 50 or GitHub Classroom: the files are those that are checked out.

When a clone's last commit was made says the commit, which its author can set; when it was pushed a clone does not say.
A clone may come from a student, so its configuration, which can name programs to run, is never read: git works in an
empty repository of our own and borrows the objects alone.
Source of the roster: foundation50/classroom50, cli/gh-teacher/skeleton/dotgithub/scripts/collect_scores.py (d0073e6).
"""

import re
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from course.downloads.people import Entry, Person, Read, text
from course.downloads.tables import Table
from course.downloads.tops import Top

NAME = "a folder of git clones"
FILE = ""  # nothing takes marks in
TABLE = "Classroom 50's students.csv"
LOGIN = "username"
MAX_REF = 1 << 20  # bytes of .git/packed-refs
MOST = "16m"  # that git may take for one object: a few kilobytes of a student's can unpack to any size
COMMITTER = re.compile(rb"^committer .*> (\d{1,12}) ([+-])(\d\d)(\d\d)$", re.MULTILINE)
ABSENT = "the roster has this person, and there is no clone"


def fits(top: Top) -> bool:
    """Whether any folder is a clone."""
    return any(isinstance(place, Path) and (place / ".git").exists() for place in top.folders.values())


def read(top: Top, table: Table | None) -> Read:
    """The submissions, and what lies beside them and is none. Raises NoSubmissions where the roster is none."""
    if table:
        table.needs(TABLE, LOGIN)
    rows = {row[LOGIN].lower(): row for row in (table.rows if table else []) if row[LOGIN]}
    entries = []
    with tempfile.TemporaryDirectory() as own:
        can = _git(Path(own), Path(own), "init", "--quiet", "--bare", "--template=", own) is not None
        for name, place in sorted(top.folders.items(), key=lambda each: len(each[0])):  # smith before ann-smith
            at = _committed(Path(own), place) if can and isinstance(place, Path) else ""
            entries.append(Entry(name, _people(name, rows), at, place))
    absent = [Entry(f"{login} (no clone)", (_person(row),), fault=ABSENT) for login, row in rows.items()]
    return Read(
        entries + absent, [name for name, _ in top.files], [each.id for each in entries if table and not each.people]
    )


def _people(name: str, rows: dict[str, dict[str, str]]) -> tuple[Person, ...]:
    """Whose `classroom-assignment-login` is, taken out of the rows; a login has hyphens, too: the longest that fits."""
    fitting = [login for login in rows if name.lower() == login or name.lower().endswith(f"-{login}")]
    return (_person(rows.pop(max(fitting, key=len))),) if fitting else ()


def _person(row: dict[str, str]) -> Person:
    name = " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
    return Person(text(name), text(row[LOGIN]), text(row.get("email")))


def _committed(own: Path, clone: Path) -> str:
    """When the commit that is checked out was made, in ISO 8601; "" where that cannot be told."""
    if not (commit := _head(clone / ".git")):
        return ""
    said = _git(own, clone / ".git" / "objects", "cat-file", "commit", commit)
    if not said or not (found := COMMITTER.search(said.partition(b"\n\n")[0])):
        return ""
    zone = timedelta(hours=int(found[3]), minutes=int(found[4])) * (-1 if found[2] == b"-" else 1)
    try:
        return datetime.fromtimestamp(int(found[1]), timezone(zone)).isoformat(" ")
    except (ValueError, OverflowError):
        return ""


def _head(git: Path) -> str:
    """The commit that is checked out; "" where the folder does not say it as git's files do."""
    try:
        said = _start(git / "HEAD").strip()
        if not said.startswith("ref: refs/"):
            return said if re.fullmatch(r"[0-9a-f]{40,64}", said) else ""
        ref = said.removeprefix("ref: ")
        if (git / ref).is_file() and ".." not in ref:
            said = _start(git / ref).strip()
            return said if re.fullmatch(r"[0-9a-f]{40,64}", said) else ""
        packed = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(ref)}$", _start(git / "packed-refs"), re.MULTILINE)
        return packed[1] if packed else ""
    except (OSError, ValueError):
        return ""


def _start(path: Path) -> str:
    if not path.is_file():  # a link to what never ends, or to a terminal
        raise OSError
    with path.open(encoding="ascii", errors="replace") as file:
        return file.read(MAX_REF)


def _git(own: Path, objects: Path, *arguments: str) -> bytes | None:
    """What git says with our own empty repository and these objects; None where it cannot."""
    borrowed = {
        "GIT_DIR": str(own),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOC_LIMIT": MOST,
    }
    clean = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(own), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    environment = clean | (borrowed if arguments[0] != "init" else {})
    try:
        return subprocess.run(["git", *arguments], env=environment, capture_output=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
