"""What a class handed in: a Gradescope export, as a zip or unpacked, or a folder of zips and folders.

An export holds a folder for each submission and `submission_metadata.yml`, which says whose they are.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from grader import outcomes, overlay
from grader.overlay import Submission
from grader.paths import GRADED_FILES

METADATA = "submission_metadata.yml"
IGNORED = ("__MACOSX", ".DS_Store")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as yaml.safe_load; ten times as fast where libyaml is there


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
    """One submission of a class, by one person or a group; `submission` is read when it is asked for."""

    id: str
    people: tuple[Person, ...]
    created_at: str
    place: Path | None  # None where nothing was handed in
    inside: PurePosixPath | None = None  # of the zip that holds them all

    def submission(self) -> Submission:
        """Its graded files; what cannot be opened has none, and a sentence that says why."""
        if self.place is None:
            return _empty("the export has no files of this submission")
        try:
            return overlay.load(self.place, self.inside)
        except overlay.SubmissionError as error:
            return _empty(str(error))


def find(source: Path) -> list[Entry]:
    """The submissions of a class, by id. Raises NoSubmissions."""
    try:
        folders, metadata = _zip(source) if source.is_file() else _folder(source)
    except (OSError, zipfile.BadZipFile, yaml.YAMLError, UnicodeDecodeError) as error:
        raise NoSubmissions(f"{source} cannot be read: {' '.join(str(error).split())}") from error
    if metadata is not None and not isinstance(metadata, dict):
        raise NoSubmissions(f"{METADATA} in {source} is not a table of submissions; export them from Gradescope again")
    metadata = metadata or {}
    places: Places = dict.fromkeys(map(str, metadata), (None, None)) | folders
    if not places:
        raise NoSubmissions(f"{source} holds no submissions; give a Gradescope export or a folder of zips and folders")
    return [_entry(name, metadata.get(name), *places[name]) for name in sorted(places, key=_natural)]


Places = dict[str, tuple[Path | None, PurePosixPath | None]]


def _folder(source: Path) -> tuple[Places, Any]:
    """The submissions in a folder: of an export its folders, else its zips and folders; and what is known of them."""
    if not source.is_dir():
        raise NoSubmissions(f"there are no submissions at {source}; give a Gradescope export or a folder")
    listed = [path for path in sorted(source.iterdir()) if path.name not in IGNORED and not path.is_symlink()]
    if len(listed) == 1 and (listed[0] / METADATA).is_file():  # an export, unpacked into a folder of its own
        return _folder(listed[0])
    metadata = source / METADATA
    if metadata.is_file():
        kept = [path for path in listed if path.is_dir()]
        return {path.name: (path, None) for path in kept}, _read(metadata.read_bytes())
    kept = [path for path in listed if path.is_dir() or path.suffix.lower() == ".zip"]
    return {path.name: (path, None) for path in kept}, None


def _zip(source: Path) -> tuple[Places, Any]:
    """The submissions in the zip of an export, and what is known of them."""
    with zipfile.ZipFile(source) as archive:
        names = [PurePosixPath(name.replace("\\", "/")) for name in archive.namelist()]
        metadata = min((name for name in names if name.name == METADATA), key=lambda n: len(n.parts), default=None)
        if metadata is None:
            raise NoSubmissions(
                f"{source} has no {METADATA}, so it is no Gradescope export; unpack it and give the folder"
            )
        top = metadata.parent
        below = [name.relative_to(top) for name in names if top in name.parents]
        inside = {name.parts[0] for name in below if len(name.parts) > 1}
        return {name: (source, top / name) for name in inside if name not in IGNORED}, _read(
            archive.read(str(metadata))
        )


def _read(content: bytes) -> Any:
    return yaml.load(content.decode(), _Loader)  # noqa: S506


def _entry(name: str, about: Any, place: Path | None, inside: PurePosixPath | None) -> Entry:
    """An entry from its row of the metadata, of which any part may be missing."""
    about = about if isinstance(about, dict) else {}
    people = about.get(":submitters")
    people = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    persons = tuple(Person(*(_text(each.get(key)) for key in (":name", ":sid", ":email"))) for each in people)
    return Entry(name, persons, _text(about.get(":created_at")), place, inside)


def _empty(why: str) -> Submission:
    return Submission({}, dict.fromkeys(GRADED_FILES, outcomes.plain(f"Not marked: {why}.")))


def _text(value: Any) -> str:
    return "" if value is None else outcomes.plain(str(value))


def _natural(name: str) -> tuple[str, int, str]:
    """Names in the order of the number at their end: submission_9 before submission_10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1), name
