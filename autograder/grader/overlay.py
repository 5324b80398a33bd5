"""One operation makes every graded tree: a clean starter plus the two graded files of a submission."""

import contextlib
import errno
import io
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader import handed_in, outcomes
from grader.handed_in import ARCHIVES, MAX_ARCHIVE, MAX_BYTES, File, Files, Part, Place
from grader.outcomes import GraderFault, SubmissionError
from grader.paths import GRADED_FILES, STARTER
from grader.phrases import phrase

# what the machine fails at, whatever was handed in
OURS = {errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ETIMEDOUT}
# what programs make of a file's name: "Sampler (1).py", "sampler-1.py", "sampler - Copy.py", "sampler.py.txt"; a run of
# digits is one number, so that a name can be read in one way only, however long it is
COPY = re.compile(r"(sampler|score)(?:[ _-]*(?:\(\d{1,3}\)|copy|copia|kopie|\d+(?!\d)))*\.py(?:\.txt)?")
LISTED = 3  # names in a sentence
LONGEST = 60  # letters of a name


@dataclass(frozen=True)
class Submission:
    """The graded files of a submission, as bytes, and a sentence about each that is missing or unusable."""

    files: dict[str, bytes]
    problems: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # where the files were found, if that was not plain


def opened(path: Path) -> Submission:
    """The submission at a path; where it cannot be opened, one of no file, which says why."""
    try:
        return load(path)
    except SubmissionError as error:
        return Submission({}, dict.fromkeys(GRADED_FILES, outcomes.plain(phrase("Not marked: {why}.", why=error))))


def load(path: Place) -> Submission:
    """Read `sampler.py` and `score.py` from a folder, a zip or a tar, or from one of them alone.

    They are found in any folder, in an archive that lies there, and under the names that copies get, where only one
    file can be meant; a note says so. Links and all else are ignored. Raises SubmissionError where nothing can be
    read, and GraderFault where that is not for what was handed in.
    """
    try:
        return _graded(handed_in.files(path))
    except SubmissionError:
        raise
    except Exception as error:  # zipfile does not say what it raises for a zip that is not in order
        if isinstance(error, OSError) and error.errno in OURS:
            where = (
                path if isinstance(path, Path) else path.archive.filename if isinstance(path, Part) else "a file of it"
            )
            raise GraderFault(f"{where} cannot be read: {error.strerror}") from error
        kind = type(error).__name__
        raise SubmissionError(
            phrase("the submission cannot be read ({kind}); make it again and hand it in", kind=kind)
        ) from error


def lay(submission: Submission, tree: Path) -> None:
    """Write the graded tree to `tree`, which must not exist; a missing graded file leaves the starter's."""
    for source in _provided():
        relative = source.relative_to(STARTER)
        content = submission.files.get(str(relative))
        target = tree / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes() if content is None else content)


@contextlib.contextmanager
def laid(submission: Submission) -> Iterator[Path]:
    """The graded tree in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        lay(submission, Path(folder, "tree"))
        yield Path(folder, "tree")


def _provided() -> list[Path]:
    """What a worker needs of the starter: the graded files and the provided package."""
    return [STARTER / name for name in GRADED_FILES] + sorted((STARTER / "diffusion").glob("*.py"))


# Which files are meant


def _graded(files: Files, inside: str = "") -> Submission:
    """The graded files of those that were handed in. inside: the archive there that they come from."""
    written = {path: file for path, file in files.items() if not any(map(handed_in.is_noise, path.parts))}
    meant = _meant(written)
    if not meant and not inside and (archive := only_archive(written)):
        inner = io.BytesIO(written[archive].read(MAX_ARCHIVE))
        return _graded(handed_in.unpacked(archive.name, inner), archive.name)
    notes: tuple[str, ...] = ()
    found: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for name in GRADED_FILES:
        path = meant.get(name)
        content = _content(name, written[path]) if path else _missing(name, written)
        if isinstance(content, bytes):
            found[name] = content
        else:
            problems[name] = content
        if path and (inside or len(path.parts) > 2 or path.name != name):
            notes += (_taken(path, inside, name),)
    return Submission(found, problems, notes)


def _taken(path: PurePosixPath, inside: str, name: str) -> str:
    if inside:
        archive = quoted(inside)
        return phrase("{path} in {archive} was taken as {name}.", path=quoted(path), archive=archive, name=name)
    return phrase("{path} was taken as {name}.", path=quoted(path), name=name)


def _meant(files: Files) -> dict[str, PurePosixPath]:
    """The path that each graded file has, where one alone can be meant. Raises SubmissionError where several can."""
    exact: dict[str, list[PurePosixPath]] = defaultdict(list)
    alike: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path, file in files.items():
        if path.name in GRADED_FILES:
            exact[path.name].append(path)
        elif file.plain and (copy := COPY.fullmatch(path.name.lower())):
            alike[f"{copy[1]}.py"].append(path)
    folder = _folder({path.parent for paths in exact.values() for path in paths})
    meant = {name: path for name, paths in exact.items() for path in paths if path.parent == folder}
    for name in set(GRADED_FILES) - meant.keys():
        near = [path for path in alike[name] if folder in (None, path.parent)]
        if len(near) == 1:
            meant[name] = near[0]
    return meant


def _folder(holders: set[PurePosixPath]) -> PurePosixPath | None:
    """The folder of the graded files: the only one, or the one that all others lie in; None where there is none."""
    top = min(holders, key=lambda folder: len(folder.parts), default=None)
    if top is not None and not all(folder.is_relative_to(top) for folder in holders):
        names = _list(sorted(map(str, holders)))
        raise SubmissionError(
            phrase(
                "graded files lie in more than one folder ({names}); "
                "hand in a sampler.py and a score.py, in one folder",
                names=names,
            )
        )
    return top


def only_archive(files: Files) -> PurePosixPath | None:
    """The only archive among the files, if there is one."""
    archives = [path for path in files if path.name.lower().endswith(ARCHIVES)]
    return archives[0] if len(archives) == 1 and files[archives[0]].plain else None


def _content(name: str, file: File) -> bytes | str:
    if not file.plain:
        return phrase("{name} is not a plain file: hand in the file itself, not a link or a folder.", name=name)
    content = file.read(MAX_BYTES + 1)
    if len(content) <= MAX_BYTES:
        return content
    return phrase(
        "{name} is larger than {most} MiB: hand in the file with your functions only.", name=name, most=MAX_BYTES >> 20
    )


def _missing(name: str, files: Files) -> str:
    """That a file is not there, and what is."""
    if any(path.name == name for path in files):
        return phrase("{name} is in another folder than the other file: put both into one folder.", name=name)
    stem, names = name.removesuffix(".py"), sorted({path.name for path, file in files.items() if file.plain})
    near = [each for each in names if each.lower().startswith(stem)]
    others = [each for each in near or names if each not in GRADED_FILES]
    has = phrase(", which has {names}", names=_list(others)) if others else ""
    notebook = any(each.endswith(".ipynb") for each in names)
    return phrase(
        "{name} is not in the submission{has}: hand it in at the top, beside the other file{notebook}.",
        name=name,
        has=has,
        notebook=phrase("; if your notebook is the course's, its last cell writes them") if notebook else "",
    )


def _list(names: list[str]) -> str:
    return ", ".join([*map(quoted, names[:LISTED]), *["…"] * (len(names) > LISTED)])


def quoted(name: PurePosixPath | str) -> str:
    """A name in which what cannot be seen is seen, and which is not of any length."""
    text = str(name)
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
