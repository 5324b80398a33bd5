"""One operation makes every graded tree: a clean starter plus the two graded files of a submission."""

import errno
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.outcomes import GraderFault
from grader.paths import GRADED_FILES, STARTER

MAX_BYTES = 1 << 20  # of one graded file; the solution's have 20 KB
MAX_ENTRIES = 5000
# what the machine fails at, whatever was handed in
OURS = {errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ETIMEDOUT}


class SubmissionError(Exception):
    """A submission that cannot be opened; the message is one sentence for the one who handed it in."""


@dataclass(frozen=True)
class Submission:
    """The graded files of a submission, as bytes, and a sentence about each that is missing or unusable."""

    files: dict[str, bytes]
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A folder of an open zip: the entries below it, by their path from there."""

    archive: zipfile.ZipFile
    entries: dict[PurePosixPath, zipfile.ZipInfo]


def load(path: Path | Part) -> Submission:
    """Read `sampler.py` and `score.py` from a folder or zip, at its root or in its one folder that has them.

    Links, other files and other folders are ignored. Raises SubmissionError where nothing can be read, and GraderFault
    where that is not for what was handed in.
    """
    try:
        if isinstance(path, Part):
            found = _from_part(path)
        else:
            found = _from_folder(path) if path.is_dir() else _from_zip(path)
    except SubmissionError:
        raise
    except Exception as error:  # zipfile does not say what it raises for a zip that is not in order
        if isinstance(error, OSError) and error.errno in OURS:
            where = path.archive.filename if isinstance(path, Part) else path
            raise GraderFault(f"{where} cannot be read: {error.strerror}") from error
        raise SubmissionError(
            f"the submission cannot be read ({type(error).__name__}); make it again and hand it in"
        ) from error
    files, problems = {}, {}
    for name in GRADED_FILES:
        content = found.get(name)
        if content is None:
            problems[name] = f"{name} is not in the submission: hand it in at the top, beside the other file."
        elif isinstance(content, str):
            problems[name] = content
        else:
            files[name] = content
    return Submission(files, problems)


def lay(submission: Submission, tree: Path) -> None:
    """Write the graded tree to `tree`, which must not exist; a missing graded file leaves the starter's."""
    for source in _provided():
        relative = source.relative_to(STARTER)
        content = submission.files.get(str(relative))
        target = tree / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes() if content is None else content)


def _provided() -> list[Path]:
    """What a worker needs of the starter: the graded files and the provided package."""
    return [STARTER / name for name in GRADED_FILES] + sorted((STARTER / "diffusion").glob("*.py"))


def _from_folder(path: Path) -> dict[str, bytes | str]:
    inside = [p for p in path.iterdir() if p.is_dir() and not p.is_symlink() and p.name != "__MACOSX"]
    folder = _choose(inside, path)
    found: dict[str, bytes | str] = {}
    for name in GRADED_FILES:
        file = folder / name
        if file.is_symlink() or (file.exists() and not file.is_file()):
            found[name] = f"{name} is not a plain file: hand in the file itself, not a link or a folder."
        elif file.is_file() and file.stat().st_size > MAX_BYTES:
            found[name] = _too_large(name)
        elif file.is_file():
            found[name] = file.read_bytes()
    return found


def _choose(folders: list[Path], top: Path) -> Path:
    """The folder that holds the graded files: the top one, or else the only one below it that has any."""
    if any((top / name).exists() for name in GRADED_FILES):
        return top
    holders = [f for f in folders if any((f / name).exists() for name in GRADED_FILES)]
    if len(holders) > 1:
        raise _in_many({f.name for f in holders})
    return holders[0] if holders else top


def _from_zip(path: Path) -> dict[str, bytes | str]:
    if not path.exists():
        raise SubmissionError(f"there is no submission at {path}; give a folder or a zip with sampler.py and score.py")
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise SubmissionError(
            f"{path.name} is neither a folder nor a zip; hand in sampler.py and score.py, or a zip of them"
        )
    with path.open("rb") as file:  # before zipfile makes an object of each entry
        count = sum(part.count(b"PK\1\2") for part in iter(lambda: file.read(1 << 20), b""))
    if count > MAX_ENTRIES:
        raise SubmissionError(f"the zip has more than {MAX_ENTRIES} entries; hand in sampler.py and score.py only")
    with zipfile.ZipFile(path) as archive:
        return _from_part(Part(archive, named(archive)))


def named(archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The entries of a zip by path; of two entries of one name the last one counts."""
    # some programs on Windows write a backslash for a slash
    return {PurePosixPath(entry.filename.replace("\\", "/")): entry for entry in archive.infolist()}


def _from_part(part: Part) -> dict[str, bytes | str]:
    folder = _choose_in_zip(part.entries)
    entries = {name: part.entries.get(folder / name) for name in GRADED_FILES}
    return {name: _read(part.archive, entry, name) for name, entry in entries.items() if entry}


def _choose_in_zip(paths: Iterable[PurePosixPath]) -> PurePosixPath:
    holders = {
        p.parent
        for p in paths
        if p.name in GRADED_FILES and len(p.parts) <= 2 and p.parts[0] not in ("/", "..", "__MACOSX")
    }
    if PurePosixPath(".") in holders or not holders:
        return PurePosixPath(".")
    if len(holders) > 1:
        raise _in_many({str(h) for h in holders})
    return holders.pop()


def _in_many(folders: set[str]) -> SubmissionError:
    names = ", ".join([*sorted(name[:40] for name in folders)[:3], *["…"] * (len(folders) > 3)])
    return SubmissionError(
        f"graded files lie in more than one folder ({names}); hand in one sampler.py and one score.py"
    )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes | str:
    if stat.S_ISLNK(entry.external_attr >> 16) or entry.is_dir():
        return f"{name} is not a plain file: hand in the file itself, not a link or a folder."
    if entry.flag_bits & 1:
        raise SubmissionError("the zip is encrypted; make it again without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SubmissionError("the zip uses a compression that is not plain zip's; make it with another program")
    with archive.open(entry) as file:
        content = file.read(MAX_BYTES + 1)  # the size that a zip declares proves nothing
    return content if len(content) <= MAX_BYTES else _too_large(name)


def _too_large(name: str) -> str:
    return f"{name} is larger than {MAX_BYTES >> 20} MiB: hand in the file with your functions only."
