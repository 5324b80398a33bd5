"""What a class handed in: a Gradescope export, as a zip or unpacked, or a folder of zips and folders.

An export holds a folder for each submission and, at its top, `submission_metadata.yml`, which says whose they are. What
is odd about one submission costs no other: it stays nameable, or it is named as left out.
"""

import base64
import contextlib
import itertools
import math
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from course.marks import read_back
from grader import handed_in, outcomes, overlay
from grader.handed_in import ARCHIVES, Part, is_hidden
from grader.outcomes import GraderFault, SubmissionError
from grader.overlay import Submission, quoted
from grader.paths import GRADED_FILES

METADATA = "submission_metadata.yml"
PEOPLE = "people.json"  # in OUT: the id of each submission -> its people, each with the fields of `Person`
LONGEST = 200  # bytes of an id, which is the name of a folder, and may get a number
Places = dict[str, Path | Part]  # where the files of each submission are, by the name that it has there


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """As yaml.safe_load, ten times as fast where libyaml is there; what Ruby marks with a tag is a plain value."""


def _plain(loader: Any, node: yaml.Node) -> Any:
    """A value without its tag; bytes, which Ruby writes in base64, as text."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if not node.tag.endswith("binary"):
        return str(node.value)
    with contextlib.suppress(ValueError):
        return base64.b64decode(node.value).decode(errors="replace")
    return str(node.value)


for _tag in (None, "tag:yaml.org,2002:binary"):  # any tag that is unknown, and this one
    _Loader.add_constructor(_tag, _plain)


class NoSubmissions(Exception):
    """There is nothing that could be marked; the message says what was expected."""


@dataclass(frozen=True)
class Person:
    """A student, as far as the export says."""

    name: str = ""
    sid: str = ""
    email: str = ""


@dataclass(frozen=True)
class Entry:
    """One submission of a class, by one person or a group; `id` is the name of its folder, here and in the output."""

    id: str
    people: tuple[Person, ...]
    created_at: str
    place: Path | Part | None  # None where nothing was handed in
    results: dict[str, Any] | None = None  # what Gradescope's run of the autograder said, keyed

    def submission(self) -> Submission:
        """Its graded files. Raises GraderFault where none was found: a person reads why, before it is a zero."""
        if self.place is None:
            raise GraderFault("the export has no files of this submission; download it again, or mark it by hand")
        try:
            if (submission := overlay.load(self.place)).files:
                return submission
            why = " ".join(submission.problems.values())
        except SubmissionError as error:
            why = f"{error}."
        if isinstance(self.place, Path) and self.place.is_dir() and _is_export(self.place):
            why = f"It has a {METADATA} and no graded files; where it is an export, give it by itself."
        raise GraderFault(outcomes.plain(f"{why} Or mark it by hand."))


@dataclass(frozen=True)
class Found:
    """A class: its submissions in the order of their ids, and sentences about what is odd."""

    entries: list[Entry]
    left_out: list[str]  # what lies beside the submissions and is none
    renamed: list[str]  # submissions whose id is not the name that they have there


def find(source: Path) -> Found:
    """The submissions of a class. Raises NoSubmissions."""
    try:
        places, metadata, loose = _zip(source) if source.is_file() else _folder(source)
        rows = _rows(metadata)
    except NoSubmissions:
        raise
    except Exception as error:  # neither zipfile nor yaml says what it raises for what is not in order
        raise NoSubmissions(f"{source} cannot be read: {' '.join(str(error).split())}") from error
    if not (rows or places):
        raise NoSubmissions(f"{source} holds no submissions; give a Gradescope export or a folder of zips and folders")
    ids = _ids(rows.keys() | places.keys())
    entries = [_entry(ids[name], rows.get(name), places.get(name)) for name in ids]
    left_out = [f"Left out: {quoted(name)}, which is no submission's folder, zip or tar" for name in loose]
    renamed = [f"The submission {quoted(raw)} is called {name!r} here" for raw, name in ids.items() if raw != name]
    return Found(sorted(entries, key=lambda entry: _natural(entry.id)), left_out, renamed)


def _folder(source: Path) -> tuple[Places, bytes, list[str]]:
    """The submissions in a folder, the export's metadata, and what else lies there."""
    if not source.is_dir():
        raise NoSubmissions(f"there are no submissions at {source}; give a Gradescope export or a folder")
    listed = [path for path in sorted(source.iterdir()) if not is_hidden(path.name)]
    folders: Places = {path.name: path for path in listed if path.is_dir() and not path.is_symlink()}
    if (source / METADATA).is_file():
        loose = [path.name for path in listed if path.name not in folders and path.name != METADATA]
        return folders, (source / METADATA).read_bytes(), loose
    zips = [path for path in listed if path.name.lower().endswith(ARCHIVES) and not path.is_symlink()]
    places = folders | {path.name: path for path in zips}
    loose = [path.name for path in listed if path.name not in places]
    if len(folders) == len(places) == 1 and _is_class(source / next(iter(folders))):
        places, metadata, more = _folder(source / next(iter(folders)))
        return places, metadata, loose + more
    if not places and any(name in GRADED_FILES for name in loose):
        raise NoSubmissions(f"{source} is one submission, not a class; mark it with make grade SUBMISSION={source}")
    return places, b"", loose


def _is_class(folder: Path) -> bool:
    """Whether a folder, the only one there, is no submission, but holds those of several people."""
    holders = [
        path for path in folder.iterdir() if path.is_dir() and any((path / name).exists() for name in GRADED_FILES)
    ]
    return _is_export(folder) or len(holders) > 1


def _is_export(folder: Path) -> bool:
    """Whether a folder, the only one there, is an export: no submission in which its metadata were handed in."""
    return (folder / METADATA).is_file() and any(path.is_dir() for path in folder.iterdir())


def _zip(source: Path) -> tuple[Places, bytes, list[str]]:
    """The submissions in the zip of an export, which stays open, the metadata, and what else lies there.

    As with a folder, the export is at the top or in the only folder there.
    """
    archive = zipfile.ZipFile(source)
    every = handed_in.named(archive)
    named = {path.parts: entry for path, entry in every.items() if not any(map(is_hidden, path.parts))}
    named.pop((), None)
    folders, loose = {parts[0] for parts, entry in named.items() if len(parts) > 1 or entry.is_dir()}, []
    if (METADATA,) not in named and len(folders) == 1 and any(len(parts) > 2 for parts in named):
        loose = [parts[0] for parts in named if parts[0] not in folders]
        named = {parts[1:]: entry for parts, entry in named.items() if parts[0] in folders and parts[1:]}
    metadata = named.pop((METADATA,), None)
    if metadata is None:
        raise NoSubmissions(f"{source} has no {METADATA}, so it is no Gradescope export; unpack it and give the folder")
    found: dict[str, dict[PurePosixPath, zipfile.ZipInfo]] = defaultdict(dict)
    for (top, *below), entry in named.items():
        if below or entry.is_dir():
            found[top][PurePosixPath(*below)] = entry
    places: Places = {name: Part(archive, entries) for name, entries in found.items()}
    return places, archive.read(metadata), loose + [parts[0] for parts in named if parts[0] not in places]


def _rows(metadata: bytes) -> dict[str, Any]:
    """The metadata by id. Raises NoSubmissions where they are no such table, and what yaml raises."""
    rows = yaml.load(metadata.decode("utf-8-sig"), _Loader)  # noqa: S506
    if rows is not None and not isinstance(rows, dict):
        raise NoSubmissions(f"{METADATA} is not a table of submissions; export them from Gradescope again")
    return {str(name): row for name, row in (rows or {}).items()}


def _ids(names: Iterable[str]) -> dict[str, str]:
    """An id for each name, the same every time: what a terminal and a folder's name can bear, and no two look alike."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for raw in sorted(names):
        plain = re.sub(r"[/\0\n]", "\N{REPLACEMENT CHARACTER}", outcomes.plain(raw)).strip()
        plain = plain.encode()[:LONGEST].decode(errors="ignore")
        plain = plain if plain.strip(".") else f"unnamed{plain}"
        tries = itertools.chain([plain], (f"{plain} ({count})" for count in itertools.count(2)))
        ids[raw] = next(each for each in tries if unicodedata.normalize("NFKC", each) not in taken)
        taken.add(unicodedata.normalize("NFKC", ids[raw]))
    return ids


def _entry(name: str, about: Any, place: Path | Part | None) -> Entry:
    """An entry from its row of the metadata, of which any part may be missing."""
    about = about if isinstance(about, dict) else {}
    about = _unmarked(about)
    people = about.get("submitters")
    people = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    persons = tuple(Person(*(_text(each.get(key)) for key in ("name", "sid", "email"))) for each in people)
    results = about.get("results")
    has_tests = isinstance(results, dict) and isinstance(results.get("tests"), list)
    return Entry(name, persons, _text(about.get("created_at")), place, read_back.keyed(results) if has_tests else None)


def _unmarked(value: Any) -> Any:
    """A value with the colons off its keys, by which Ruby marks symbols, and of JSON's kinds alone."""
    if isinstance(value, dict):
        return {str(key).removeprefix(":"): _unmarked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    plain = value is None or isinstance(value, (str, int)) or isinstance(value, float) and math.isfinite(value)
    return value if plain else str(value)


def _text(value: Any) -> str:
    return "" if value is None else outcomes.plain(str(value))


def _natural(name: str) -> tuple[str, int, str]:
    """Names in the order of the number at their end: submission_9 before submission_10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1), name
