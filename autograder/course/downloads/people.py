"""What every kind of download comes to: submissions, each with its people, its files and when it was handed in."""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from grader import outcomes, overlay
from grader.handed_in import Place
from grader.outcomes import GraderFault, SubmissionError
from grader.overlay import Submission

PEOPLE = "people.json"  # in OUT: the id of each submission -> its people, each with the fields of `Person`
LONGEST = 200  # bytes of an id, which is the name of a folder, and may get a number
NOTHING = "the export has no files of this submission; download it again, or mark it by hand"


class NoSubmissions(Exception):
    """There is nothing that could be marked; the message says what was expected."""


@dataclass(frozen=True)
class Person:
    """A student, as far as the download says."""

    name: str = ""
    sid: str = ""
    email: str = ""
    key: str = ""  # by which the host knows this person when it takes marks: a participant's number, a user's


@dataclass(frozen=True)
class Entry:
    """One submission of a class, by one person or a group; `id` is the name of its folder, here and in the output."""

    id: str
    people: tuple[Person, ...] = ()
    created_at: str = ""  # when it was handed in, by the host
    place: Place | None = None  # None where nothing was handed in
    results: dict[str, Any] | None = None  # what Gradescope's run of the autograder said, keyed
    late: str = ""  # how late, by the host; "" where it is not, or where nothing says it
    fault: str = NOTHING  # why there is no place
    advice: str = ""  # a sentence where the place holds no graded files

    def submission(self) -> Submission:
        """Its graded files. Raises GraderFault where none was found: a person reads why, before it is a zero."""
        if self.place is None:
            raise GraderFault(self.fault)
        try:
            if (submission := overlay.load(self.place)).files:
                return submission
            why = " ".join(submission.problems.values())
        except SubmissionError as error:
            why = f"{error}."
        raise GraderFault(outcomes.plain(f"{self.advice or why} Or mark it by hand."))


class Read(NamedTuple):
    """What a kind of download was read as."""

    entries: list[Entry]
    strange: list[str]  # what lies beside the submissions and is none
    unknown: list[str] = []  # submissions of people who are not in the host's table


def ids(names: Iterable[str]) -> dict[str, str]:
    """An id for each name, the same every time: what a terminal and a folder's name can bear, and no two look alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for raw in sorted(names):
        plain = re.sub(r"[/\0\n]", "\N{REPLACEMENT CHARACTER}", outcomes.plain(raw)).strip()
        plain = plain.encode()[:LONGEST].decode(errors="ignore")
        plain = plain if plain.strip(".") else f"unnamed{plain}"
        tries = itertools.chain([plain], (f"{plain} ({count})" for count in itertools.count(2)))
        found[raw] = next(each for each in tries if unicodedata.normalize("NFKC", each) not in taken)
        taken.add(unicodedata.normalize("NFKC", found[raw]))
    return found


def text(value: Any) -> str:
    """A cell as plain text."""
    return "" if value is None else outcomes.plain(str(value))
