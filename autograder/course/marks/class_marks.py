"""A marked class, read from the folder that `make grade-all` wrote: who handed in what, and what became of it."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from course.marks.grades import PEOPLE, WHO, of_tasks
from grader.causes import hints
from grader.files import table
from grader.paths import GRADED_FILES

FAULTY = ("timed out", "died", "flooded", "broke the protocol", "not run", "fault of the grader")


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
    outcome: str
    cause: str  # a key of `hints.HINTS`, or two joined by "+"; "" where none is named


@dataclass(frozen=True)
class Marked:
    """One submission; `results` is None where it is not marked, and `fault` says why."""

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
        return of_tasks(self.results) if self.results else {}

    @property
    def who(self) -> str:
        return ", ".join(self.people) or self.id

    @property
    def score(self) -> float:
        return float(self.results["score"]) if self.results else 0.0

    @property
    def seconds(self) -> float:
        return float((self.results or {}).get("execution_time") or 0)

    @cached_property
    def tests(self) -> list[Test]:
        """Its checks; Gradescope's export may lack any part of them."""
        tests = (self.results or {}).get("tests") or []
        return [_test(each) for each in tests if each.get("number")]

    @cached_property
    def lost(self) -> list[str]:
        """The numbers of the checks that cost points."""
        return [test.number for test in self.tests if test.points and not test.passed]

    @cached_property
    def odd(self) -> Counter[str]:
        """How many checks ended otherwise than with a right or a wrong answer; what carries no points aside."""
        return Counter(test.outcome for test in self.tests if test.outcome in FAULTY and test.points)


def read(out: Path) -> list[Marked]:
    """The submissions in a folder, the best first, those that are not marked last. Raises NoMarks."""
    if not (out / "submissions").is_dir():
        raise NoMarks(f"{out} holds no marks of a class; give the OUT of a make grade-all")
    faults = table(out / "faults.json") or {}
    people, found = _people(out), []
    for path in (out / "submissions").iterdir():
        key, results = _key(path), table(path / "results.json")
        graded = [file for name in GRADED_FILES if (file := out / "marks" / key / name).is_file()]
        files = {file.name: file.read_bytes() for file in graded}
        fault = "" if results else faults.get(path.name, "not marked yet")
        page = f"submissions/{path.name}/report.html" if (path / "report.html").exists() else ""
        found.append(Marked(path.name, key, *people.get(path.name, ((), ())), results, fault, page, files))
    if not found:
        raise NoMarks(f"{out} holds no submission; give the OUT of a make grade-all")
    return sorted(found, key=lambda each: (each.results is None, -each.score, len(each.id), each.id))


def _rows(text: str) -> Iterable[dict[str, str]]:
    """The rows of a table, between whose cells a spreadsheet may have written semicolons or tabs for commas."""
    head = text.partition("\n")[0]
    return csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))


def _key(path: Path) -> str:
    """The digest of a submission: the name of the folder that it, or its report, is a link to."""
    return path.resolve().name if path.is_symlink() else (path / "report.html").resolve().parent.name


def _test(test: dict[str, Any]) -> Test:
    extra, status = test.get("extra_data") or {}, str(test.get("status", "failed"))
    outcome = str(extra.get("outcome") or status)
    number, claim, output = (str(test.get(key) or "") for key in ("number", "name", "output"))
    score, points = (float(test.get(key) or 0) for key in ("score", "max_score"))
    cause = str(extra.get("cause") or "")
    if "cause" not in extra and outcome in ("wrong", "flooded"):  # of a former version, whose sentence alone names it
        cause = hints.named(output)
    return Test(number, claim, score, points, status == "passed", outcome, cause if hints.is_known(cause) else "")


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
