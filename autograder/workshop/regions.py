"""The paired regions of `solution/*.py`, each a stub beside its answer; `starter.stubs` shows what they look like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARKER = re.compile(r"\s*# --- (stub|answer|end) (\d+\.\d+)\s*$")
NEXT = {"stub": "answer", "answer": "end", "end": "stub"}


class RegionError(ValueError):
    """A region is nested, unclosed, out of order or has no stub; the message names file and line."""


@dataclass(frozen=True)
class Line:
    """A line of a file. kind: "stub" or "answer" of a task, else ""; a marker has the kind that it opens."""

    number: int  # from 1
    text: str
    kind: str
    task: str  # of this region, or else of the last one
    is_marker: bool


def lines(source: str, name: str = "the solution") -> Iterator[Line]:
    """All lines of a file with regions; `name` is used in messages. Raises RegionError, at the end at the latest."""
    expected, task, kind, marked_at = "stub", "", "", name
    for number, text in enumerate(source.splitlines(), start=1):
        at, marker = f"{name}, line {number}", MARKER.match(text)
        if marker:
            found, marked = marker.groups()
            if found != expected or (found != "stub" and marked != task):
                raise RegionError(f"{at}: found '{found} {marked}', expected '{expected} {task}'".rstrip())
            task, expected, kind, marked_at = marked, NEXT[found], found.replace("end", ""), at
        yield Line(number, text, kind, task, marker is not None)
    if expected != "stub":
        raise RegionError(f"{marked_at}: the region of {task} is not closed; expected '{expected} {task}'")
