"""What lies at the top of a download, be it a folder or a zip: the same to whoever reads it."""

import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from course.downloads.people import NoSubmissions
from grader import handed_in
from grader.handed_in import File, Files, Part, is_hidden

PERSON = "_assignsubmission_"  # in Moodle's name of a submission, whose person may be called ". Ada"
TWICE = "two files are called {}; mark it by hand"


@dataclass(frozen=True)
class Top:
    """The folders and files at the top, without those of a system's making."""

    where: Path  # the folder, or the zip
    folders: dict[str, Path | Part]
    files: list[tuple[str, Path | Part]]  # a zip may hold two of one name
    links: list[str]
    twice: dict[str, str] = field(default_factory=dict)  # a folder of a zip -> a file that it has two of

    @property
    def zipped(self) -> bool:
        return any(isinstance(place, Part) for place in (*self.folders.values(), *(place for _, place in self.files)))

    def inside(self) -> "Top | None":
        """What lies in the only folder, where there is one and no more."""
        (only,) = self.folders.values() if len(self.folders) == 1 else (None,)
        if isinstance(only, Path):
            return of_folder(only)
        return _of_entries(self.where, only.archive, list(only.entries.items())) if only else None


def opened(source: Path) -> Top:
    """The top of a folder, or of a zip, which stays open. Raises NoSubmissions, and what zipfile raises."""
    if source.is_file():
        archive = zipfile.ZipFile(source)
        return _of_entries(source, archive, [(handed_in.path_of(info), info) for info in archive.infolist()])
    if not source.is_dir():
        raise NoSubmissions(f"there are no submissions at {source}; give a host's download, as a zip or a folder")
    return of_folder(source)


def of_folder(folder: Path) -> Top:
    """The top of a folder; no link is followed."""
    listed = [path for path in sorted(folder.iterdir()) if not _is_a_systems(path.name)]
    links = [path.name for path in listed if path.is_symlink()]
    folders: dict[str, Path | Part] = {path.name: path for path in listed if path.is_dir() and path.name not in links}
    files = [(path.name, path) for path in listed if path.name not in folders and path.name not in links]
    return Top(folder, folders, [*files], links)


def _is_a_systems(name: str) -> bool:
    return is_hidden(name) and (PERSON not in name or name.startswith("._"))  # macOS puts such a file beside another


def _of_entries(where: Path, archive: zipfile.ZipFile, entries: list[tuple[PurePosixPath, zipfile.ZipInfo]]) -> Top:
    below: dict[str, dict[PurePosixPath, zipfile.ZipInfo]] = defaultdict(dict)
    files: list[tuple[str, Path | Part]] = []
    twice: dict[str, str] = {}
    for path, info in entries:
        if not path.parts or _is_a_systems(path.parts[0]) or any(map(is_hidden, path.parts[1:])):
            continue
        if len(path.parts) > 1 or info.is_dir():
            inside = PurePosixPath(*path.parts[1:])
            if inside in below[path.parts[0]] and not info.is_dir():
                twice[path.parts[0]] = path.name
            below[path.parts[0]][inside] = info
        else:
            files.append((path.name, Part(archive, {path: info})))
    folders: dict[str, Path | Part] = {name: Part(archive, found) for name, found in below.items()}
    return Top(where, folders, [each for each in files if each[0] not in folders], [], twice)


def file(place: Path | Part) -> File:
    """A file at the top, to be read."""
    return handed_in.at(place) if isinstance(place, Path) else next(iter(handed_in.files(place).values()))


def together(files: list[tuple[str, Path | Part]]) -> dict[str, Any]:
    """Files of one person, by the names that they had when they were handed in: `place`, or why there is none."""
    found: Files = {}
    for name, place in files:
        if PurePosixPath(name) in found:
            return {"fault": TWICE.format(name)}
        found[PurePosixPath(name)] = file(place)
    return {"place": found}
