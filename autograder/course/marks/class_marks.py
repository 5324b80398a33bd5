"""A marked class, read from the folder that `make grade-all` wrote: who handed in what, and what became of it."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from course.downloads import tables
from course.downloads.people import PEOPLE
from course.marks import read_back
from grader.files import table
from grader.outcomes import Outcome
from grader.paths import GRADED_FILES
from grader.tasks import task_of

WHO = ("name", "sid", "email", "submission")  # the first columns of grades.csv, which a former version read back
FAULTY = (Outcome.TIMED_OUT, Outcome.DIED, Outcome.FLOODED, Outcome.BROKE_PROTOCOL, Outcome.FAULT)


class NoMarks(Exception):
    """A folder holds no marks of a class; the message says which."""


@dataclass(frozen=True)
class Test:
    """One check of one submission."""

    number: str
    claim: str
    score: float
    points: float
    passed: bool
    outcome: Outcome
    cause: str  # a key of `hints.HINTS`, or two joined by "+"; "" where none is named


@dataclass(frozen=True)
class Marked:
    """One submission; `results` is None where it is not marked, and `fault` says why it was not, or not once more."""

    id: str
    key: str  # its digest: the same for submissions that are identical
    people: tuple[str, ...]
    emails: tuple[str, ...]
    results: dict[str, Any] | None
    fault: str
    page: str  # where its report is, below the folder; "" where there is none
    files: dict[str, bytes] = field(repr=False, default_factory=dict)

    @cached_property
    def tasks(self) -> dict[str, float]:
        """The points of each task."""
        points: dict[str, float] = defaultdict(float)
        for test in self.tests:
            points[task_of(test.number)] += test.score
        return {task: round(total, 2) for task, total in points.items()}

    @property
    def who(self) -> str:
        return ", ".join(self.people) or self.id

    @property
    def score(self) -> float:
        return float(self.results["score"]) if self.results else 0.0

    @property
    def seconds(self) -> float:
        return float((self.results or {}).get("execution_time") or 0)

    @property
    def extra(self) -> dict[str, Any]:
        """What the results say of the marking as a whole."""
        return (self.results or {}).get("extra_data") or {}

    @cached_property
    def tests(self) -> list[Test]:
        """Its checks; Gradescope's export may lack any part of them."""
        return [_test(each) for each in self.results["tests"] if each.get("number")] if self.results else []

    @cached_property
    def lost(self) -> list[str]:
        """The numbers of the checks that cost points."""
        return [test.number for test in self.tests if test.points and not test.passed]

    @cached_property
    def odd(self) -> Counter[str]:
        """How many checks ended otherwise than with a right or a wrong answer; what carries no points aside."""
        odd = [test.outcome for test in self.tests if test.points and (test.outcome in FAULTY or not test.outcome.ran)]
        return Counter(outcome.label for outcome in odd)


def read(out: Path) -> list[Marked]:
    """The submissions in a folder, the best first, those that are not marked last. Raises NoMarks."""
    if not (out / "submissions").is_dir():
        raise NoMarks(f"{out} holds no marks of a class; give the OUT of a make grade-all")
    faults = table(out / "faults.json") or {}
    people, found = _people(out), []
    for path in (out / "submissions").iterdir():
        key, results = _key(path), read_back.from_file(path / "results.json")
        graded = [file for name in GRADED_FILES if (file := out / "marks" / key / name).is_file()]
        files = {file.name: file.read_bytes() for file in graded}
        fault = faults.get(path.name, "" if results else "not marked yet")
        page = f"submissions/{path.name}/report.html" if (path / "report.html").exists() else ""
        found.append(Marked(path.name, key, *people.get(path.name, ((), ())), results, fault, page, files))
    if not found:
        raise NoMarks(f"{out} holds no submission; give the OUT of a make grade-all")
    return sorted(found, key=lambda each: (each.results is None, -each.score, len(each.id), each.id))


def _rows(text: str) -> Iterable[dict[str, str]]:
    """The rows of a table, between whose cells a spreadsheet may have written semicolons or tabs for commas."""
    return csv.DictReader(io.StringIO(text), delimiter=tables.delimiter(text))


def _key(path: Path) -> str:
    """The digest of a submission: the name of the folder that it, or its report, is a link to."""
    return path.resolve().name if path.is_symlink() else (path / "report.html").resolve().parent.name


def _test(test: dict[str, Any]) -> Test:
    outcome, cause = test["extra_data"]["outcome"], str(test["extra_data"]["cause"] or "")
    number, claim = (str(test.get(key) or "") for key in ("number", "name"))
    score, points = (float(test.get(key) or 0) for key in ("score", "max_score"))
    passed = test.get("status") == "passed"
    return Test(number, claim, score, points, passed, outcome, cause if read_back.is_known(cause) else "")


def _people(out: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The names and the addresses of each submission's people. Raises NoMarks."""
    if (known := table(out / PEOPLE)) is None:
        return _people_of_grades(out)
    return {
        submission: (
            tuple(who for each in persons if (who := each["name"] or each["email"] or each["sid"])),
            tuple(each["email"] for each in persons if each["email"]),
        )
        for submission, persons in known.items()
    }


def _people_of_grades(out: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The same of a folder of a former version, as its grades.csv has them. Raises NoMarks."""
    people: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    path = out / "grades.csv"
    try:
        for row in _rows(path.read_bytes().decode("utf-8-sig")) if path.exists() else ():
            name, sid, email, submission = (row[head].removeprefix("'") for head in WHO)
            names, emails = people.get(submission, ((), ()))
            who = name or email or sid
            people[submission] = (*names, *[who] * bool(who)), (*emails, *[email] * bool(email))
    except (OSError, ValueError, KeyError, AttributeError, csv.Error):  # a spreadsheet may have saved it
        raise NoMarks(f"{path} is not as it was written; type the make grade-all of this folder again") from None
    return people
