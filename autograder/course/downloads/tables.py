"""A host's own table of its people, as it gives it: a CSV, read cell by cell, so that it can go back as it was."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.downloads.people import NoSubmissions


@dataclass(frozen=True)
class Table:
    """A table: its heads, its rows by head, and the number that a spreadsheet shows beside each."""

    path: Path
    heads: list[str]
    rows: list[dict[str, str]]
    numbers: list[int]

    def needs(self, what: str, *heads: str) -> None:
        """Raise NoSubmissions unless it has these heads. what: what it should be."""
        if missing := [head for head in heads if head not in self.heads]:
            raise NoSubmissions(f"{self.path} is not {what}: it has no column {missing[0]!r}")

    def twice(self, heads: Iterable[str]) -> list[str]:
        """Those of these heads that it has more than once, so that nobody knows which is meant."""
        return [head for head in heads if self.heads.count(head) > 1]


AS_GIVEN = "take it as the host gives it, not as a spreadsheet saved it"


def read(path: Path, advice: str = AS_GIVEN) -> Table:
    """The table in a file. advice: what to do where that is none. Raises NoSubmissions."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoSubmissions(f"{path} is not in UTF-8; {advice}") from None
    except OSError as error:
        raise NoSubmissions(f"{path} cannot be read: {error.strerror}") from None
    try:
        cells = enumerate(csv.reader(io.StringIO(content), delimiter=delimiter(content), strict=True), 1)
        lines = [(number, line) for number, line in cells if any(line)]
    except csv.Error as error:
        raise NoSubmissions(f"{path} cannot be read: {error}") from None
    if not lines:
        raise NoSubmissions(f"{path} is empty; {advice}")
    heads = [head.strip() for head in lines[0][1]]
    rows = [dict(zip(heads, [*line, *[""] * len(heads)])) for _, line in lines[1:]]
    return Table(path, heads, rows, [number for number, _ in lines[1:]])


def delimiter(content: str) -> str:
    """What stands between the cells: a comma, or what a spreadsheet may have written in its place."""
    return max(",;\t", key=content.partition("\n")[0].count)


def written(heads: list[str], rows: Iterable[dict[str, str]]) -> bytes:
    """A table as a file, in UTF-8 with a mark, so that a spreadsheet reads it as such, too."""
    text = io.StringIO()
    table = csv.DictWriter(text, heads, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")
