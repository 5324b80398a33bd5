"""What a class is compared with: an earlier class, or solutions that lie in public. It is only read, and never run."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from course.downloads import clones, kinds, plain, tops
from course.downloads.people import NoSubmissions
from course.marks import class_marks
from grader import handed_in, outcomes, overlay
from grader.handed_in import ARCHIVES, MAX_BYTES, Place
from grader.outcomes import GraderFault, SubmissionError

EXPECTED = "give the OUT of an earlier make grade-all, a host's download, or a folder of solutions"
COPYDETECT = "that takes copydetect: .venv/bin/python -m pip install --editable '.[class]'"


@dataclass(frozen=True)
class Earlier:
    """One folder: the Python files of each person, folder or file in it, by a name that says where it is."""

    said: str  # how the folder was given
    works: dict[str, list[bytes]]
    unread: list[str]  # in which no Python file was found


def read(said: str) -> list[Earlier]:
    """The folders of a list like PATH's. Raises NoSubmissions where one is missing, or has nothing to compare with."""
    if said and not find_spec("copydetect"):
        raise NoSubmissions(f"AGAINST={said}: {COPYDETECT}")
    return [_read(each) for each in said.split(os.pathsep) if each]


def _read(said: str) -> Earlier:
    folder = Path(said)
    if not folder.exists():
        raise NoSubmissions(f"AGAINST={said} is not there; {EXPECTED}")
    try:
        found = list(_marked(folder) if _is_marked(folder) else _handed_in(folder))
    except (NoSubmissions, class_marks.NoMarks) as reason:
        raise NoSubmissions(f"AGAINST={said} cannot be used: {reason}") from None
    except Exception as error:  # neither zipfile nor yaml says what it raises for what is not in order
        raise NoSubmissions(f"AGAINST={said} cannot be read: {' '.join(str(error).split())}") from error
    works = {f"{said}: {name}": files for name, files in found if files}
    if not works:
        raise NoSubmissions(f"AGAINST={said} has no Python file to compare with; {EXPECTED}")
    return Earlier(said, works, [name for name, files in found if not files])


def _is_marked(folder: Path) -> bool:
    """Whether an earlier make grade-all wrote it."""
    return all((folder / each).is_dir() for each in ("marks", "submissions"))


def _marked(out: Path) -> Iterator[tuple[str, list[bytes]]]:
    for each in class_marks.read(out):
        yield _named(each.people, each.id), list(each.files.values())


def _handed_in(source: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Of a host's download the submissions; of another folder, each folder, archive and Python file at its top."""
    kind, top, _ = kinds.kind_of(tops.opened(source))
    if kind not in (plain, clones):
        for entry in kinds.find(source).entries:
            files = _python(entry.place) if entry.place is not None else []
            yield _named((person.name for person in entry.people), entry.id), files
        return
    places: list[tuple[str, Place]] = [*top.folders.items()]
    places += [each for each in top.files if each[0].lower().endswith((".py", *ARCHIVES))]
    for name, place in places:
        yield outcomes.plain(name), _python(place)


def _named(people: Iterable[str], name: str) -> str:
    names = ", ".join(filter(None, people))
    return f"{names} ({name})" if names else name


def _python(place: Place) -> list[bytes]:
    """The graded files where they can be told, else all Python files; none where nothing can be read."""
    try:
        return list(overlay.load(place).files.values()) or _all_python(place)
    except SubmissionError:  # as where there are several
        return _all_python(place)
    except GraderFault:
        return []


def _all_python(place: Place) -> list[bytes]:
    try:
        files = handed_in.files(place)
        written = [file for path, file in files.items() if path.suffix == ".py" and not _is_noise(path.parts)]
        return [file.read(MAX_BYTES) for file in written if file.plain]
    except Exception:  # of zipfile, as above
        return []


def _is_noise(parts: tuple[str, ...]) -> bool:
    return any(map(handed_in.is_noise, parts))
