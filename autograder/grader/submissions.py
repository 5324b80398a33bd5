"""What a class handed in: a Gradescope export, as a zip or unpacked, or a folder of zips and folders.

An export holds a folder for each submission and `submission_metadata.yml`, which says whose they are.
"""

import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from grader import outcomes, overlay
from grader.overlay import Part, Submission
from grader.paths import GRADED_FILES

METADATA = "submission_metadata.yml"
LONGEST = 255  # bytes in the name of a file
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as yaml.safe_load; ten times as fast where libyaml is there

Places = dict[str, Path | Part]  # where the files of each submission are


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
    results: dict[str, Any] | None = None  # what Gradescope's run of the autograder said

    def submission(self) -> Submission:
        """Its graded files; what cannot be opened has none, and a sentence that says why."""
        if self.place is None:
            return _empty("the export has no files of this submission")
        try:
            return overlay.load(self.place)
        except overlay.SubmissionError as error:
            return _empty(str(error))


def find(source: Path) -> list[Entry]:
    """The submissions of a class, in the order of their ids. Raises NoSubmissions."""
    try:
        found, metadata = _zip(source) if source.is_file() else _folder(source)
        places, rows = _by_id(found), _by_id(_rows(metadata))
    except NoSubmissions:
        raise
    except Exception as error:  # neither zipfile nor yaml says what it raises for what is not in order
        raise NoSubmissions(f"{source} cannot be read: {' '.join(str(error).split())}") from error
    if not (rows or places):
        raise NoSubmissions(f"{source} holds no submissions; give a Gradescope export or a folder of zips and folders")
    ids = sorted(rows.keys() | places.keys(), key=_natural)
    return [_entry(name, rows.get(name), places.get(name)) for name in ids]


def _folder(source: Path) -> tuple[Places, bytes]:
    """The submissions in a folder: of an export its folders, else its zips and folders; and the export's metadata."""
    if not source.is_dir():
        raise NoSubmissions(f"there are no submissions at {source}; give a Gradescope export or a folder")
    listed = [path for path in sorted(source.iterdir()) if not _is_ignored(path.name) and not path.is_symlink()]
    exports = [path for path in listed if (path / METADATA).is_file()]
    if exports and len(listed) == 1:  # an export, unpacked into a folder of its own
        return _folder(listed[0])
    if exports:
        raise NoSubmissions(f"{exports[0]} is an export, and {source} holds more than it; give {exports[0]}")
    if any(path.name in GRADED_FILES for path in listed):
        raise NoSubmissions(f"{source} is one submission, not a class; mark it with make grade SUBMISSION={source}")
    metadata = source / METADATA
    if metadata.is_file():
        return {path.name: path for path in listed if path.is_dir()}, metadata.read_bytes()
    return {path.name: path for path in listed if path.is_dir() or path.suffix.lower() == ".zip"}, b""


def _is_ignored(name: str) -> bool:
    """Whether a file or folder is none of a person's making: .DS_Store, .git, .ipynb_checkpoints."""
    return name.startswith(".") or name == "__MACOSX"


def _zip(source: Path) -> tuple[Places, bytes]:
    """The submissions in the zip of an export, which stays open, and the metadata."""
    archive = zipfile.ZipFile(source)
    entries = {path: entry for path, entry in overlay.named(archive).items() if not any(map(_is_ignored, path.parts))}
    metadata = min((path for path in entries if path.name == METADATA), key=lambda path: len(path.parts), default=None)
    if metadata is None:
        raise NoSubmissions(f"{source} has no {METADATA}, so it is no Gradescope export; unpack it and give the folder")
    depth = len(metadata.parent.parts)
    parts: dict[str, dict[PurePosixPath, zipfile.ZipInfo]] = defaultdict(dict)
    for path, entry in entries.items():
        if path.parts[:depth] == metadata.parent.parts and (len(path.parts) > depth + 1 or entry.is_dir()):
            parts["".join(path.parts[depth : depth + 1])][PurePosixPath(*path.parts[depth + 1 :])] = entry
    parts.pop("", None)  # the export's own folder
    return {name: Part(archive, mine) for name, mine in parts.items()}, archive.read(entries[metadata])


def _rows(metadata: bytes) -> dict[str, Any]:
    """The metadata by id. Raises NoSubmissions where they are no such table, and what yaml raises."""
    rows = yaml.load(metadata.decode("utf-8-sig"), _Loader)  # noqa: S506
    if rows is not None and not isinstance(rows, dict):
        raise NoSubmissions(f"{METADATA} is not a table of submissions; export them from Gradescope again")
    return {str(name): row for name, row in (rows or {}).items()}


def _by_id(found: dict[str, Any]) -> dict[str, Any]:
    """What is found by name, by id: a name that a terminal and a file can bear. Raises NoSubmissions."""
    ids = {outcomes.plain(name).replace("\n", "\N{REPLACEMENT CHARACTER}"): value for name, value in found.items()}
    if len(ids) < len(found):
        raise NoSubmissions("two submissions have names that look the same; rename one of them")
    for name in ids:
        if name in ("", ".", "..") or "/" in name or len(name.encode()) > LONGEST:
            raise NoSubmissions(f"a submission is called {name[:80]!r}, which cannot be a folder's name; rename it")
    return ids


def _entry(name: str, about: Any, place: Path | Part | None) -> Entry:
    """An entry from its row of the metadata, of which any part may be missing."""
    about = about if isinstance(about, dict) else {}
    people = about.get(":submitters")
    people = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    persons = tuple(Person(*(_text(each.get(key)) for key in (":name", ":sid", ":email"))) for each in people)
    results = _unmarked(about.get(":results"))
    tests = results.get("tests") if isinstance(results, dict) else None
    return Entry(name, persons, _text(about.get(":created_at")), place, results if isinstance(tests, list) else None)


def _unmarked(value: Any) -> Any:
    """A value with the colons off its keys, by which Ruby marks symbols."""
    if isinstance(value, dict):
        return {str(key).removeprefix(":"): _unmarked(each) for key, each in value.items()}
    return [_unmarked(each) for each in value] if isinstance(value, list) else value


def _empty(why: str) -> Submission:
    return Submission({}, dict.fromkeys(GRADED_FILES, outcomes.plain(f"Not marked: {why}.")))


def _text(value: Any) -> str:
    return "" if value is None else outcomes.plain(str(value))


def _natural(name: str) -> tuple[str, int, str]:
    """Names in the order of the number at their end: submission_9 before submission_10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1), name
