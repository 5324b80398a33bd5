"""What a class handed in: a Gradescope export, as a zip or unpacked, or a folder of zips and folders.

An export holds a folder for each submission and, at its top, `submission_metadata.yml`, which says whose they are. What
is odd about one submission costs no other: it stays nameable, or it is named as left out.
"""

import itertools
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from grader import outcomes, overlay
from grader.outcomes import GraderFault
from grader.overlay import Part, Submission
from grader.paths import GRADED_FILES

METADATA = "submission_metadata.yml"
LONGEST = 200  # bytes of an id, which is the name of a folder, and may get a number
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as yaml.safe_load; ten times as fast where libyaml is there

Places = dict[str, Path | Part]  # where the files of each submission are, by the name that it has there


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
        """Its graded files; what cannot be opened has none, and a sentence that says why.

        Raises GraderFault where nothing was found of it: that is no zero of the student's.
        """
        if self.place is None:
            raise GraderFault("the export has no files of this submission; download it again, or mark it by hand")
        try:
            return overlay.load(self.place)
        except overlay.SubmissionError as error:
            return Submission({}, dict.fromkeys(GRADED_FILES, outcomes.plain(f"Not marked: {error}.")))


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
    left_out = [f"Left out: {outcomes.plain(name)!r}, since it lies beside the submissions" for name in loose]
    renamed = [f"Called {name!r} here: the submission {raw!a}" for raw, name in ids.items() if raw != name]
    return Found(sorted(entries, key=lambda entry: _natural(entry.id)), left_out, renamed)


def _folder(source: Path) -> tuple[Places, bytes, list[str]]:
    """The submissions in a folder, the export's metadata, and what else lies there."""
    if not source.is_dir():
        raise NoSubmissions(f"there are no submissions at {source}; give a Gradescope export or a folder")
    listed = {path.name: path for path in sorted(source.iterdir()) if not (_is_ignored(path.name) or path.is_symlink())}
    metadata = listed.pop(METADATA, None)
    if metadata and metadata.is_file():
        places: Places = {name: path for name, path in listed.items() if path.is_dir()}
        return places, metadata.read_bytes(), [name for name in listed if name not in places]
    exports = [path for path in listed.values() if _is_export(path)]
    if exports and len(listed) == 1:  # an export, unpacked into a folder of its own
        return _folder(exports[0])
    if exports:
        raise NoSubmissions(f"{exports[0]} is an export, and {source} holds more than it; give {exports[0]}")
    places = {name: path for name, path in listed.items() if path.is_dir() or path.suffix.lower() == ".zip"}
    if not places and any(name in GRADED_FILES for name in listed):
        raise NoSubmissions(f"{source} is one submission, not a class; mark it with make grade SUBMISSION={source}")
    return places, b"", [name for name in listed if name not in places]


def _is_export(folder: Path) -> bool:
    """Whether a folder is an export, and no submission in which somebody handed in a file of that name."""
    if not (folder / METADATA).is_file():
        return False
    return _fits((folder / METADATA).read_bytes(), {path.name for path in folder.iterdir() if path.is_dir()})


def _fits(metadata: bytes, folders: Collection[str]) -> bool:
    """Whether metadata name any of these folders."""
    try:
        return bool(_rows(metadata).keys() & folders)
    except Exception:  # yaml does not say what it raises
        return False


def _is_ignored(name: str) -> bool:
    """Whether a file or folder is none of a person's making: .DS_Store, .git, .ipynb_checkpoints."""
    return name.startswith(".") or name == "__MACOSX"


def _zip(source: Path) -> tuple[Places, bytes, list[str]]:
    """The submissions in the zip of an export, which stays open, the metadata, and what else lies there."""
    archive = zipfile.ZipFile(source)
    entries = {path: entry for path, entry in overlay.named(archive).items() if not any(map(_is_ignored, path.parts))}
    if PurePosixPath(METADATA) not in entries:  # the export may lie in the zip's one folder
        tops = {path.parts[0] for path in entries if path.parts}
        below = PurePosixPath(min(tops, default=""))
        entries = {path.relative_to(below): entry for path, entry in entries.items() if path.parts and len(tops) == 1}
        folders = {path.parts[0] for path in entries if len(path.parts) > 1}
        if PurePosixPath(METADATA) in entries and folders and below.name not in ("", "..", "/"):
            if not _fits(archive.read(entries[PurePosixPath(METADATA)]), folders):
                entries.clear()
    metadata = entries.pop(PurePosixPath(METADATA), None)
    if metadata is None:
        raise NoSubmissions(f"{source} has no {METADATA}, so it is no Gradescope export; unpack it and give the folder")
    parts: dict[str, dict[PurePosixPath, zipfile.ZipInfo]] = defaultdict(dict)
    loose = []
    for path, entry in entries.items():
        if len(path.parts) > 1 or entry.is_dir() and path.parts:
            parts[path.parts[0]][PurePosixPath(*path.parts[1:])] = entry
        elif path.parts:
            loose.append(str(path))
    return {name: Part(archive, mine) for name, mine in parts.items()}, archive.read(metadata), loose


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


def _text(value: Any) -> str:
    return "" if value is None else outcomes.plain(str(value))


def _natural(name: str) -> tuple[str, int, str]:
    """Names in the order of the number at their end: submission_9 before submission_10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1), name
