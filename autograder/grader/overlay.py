"""One operation makes every graded tree: a clean starter plus the two graded files of a submission."""

import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.paths import GRADED_FILES, STARTER

MAX_BYTES = 1 << 20  # of one graded file; the solution's have 20 KB
MAX_ENTRIES = 5000


class SubmissionError(Exception):
    """A submission that cannot be opened; the message is one sentence for the one who handed it in."""


@dataclass(frozen=True)
class Submission:
    """The graded files of a submission, as bytes, and a sentence about each that is missing or unusable."""

    files: dict[str, bytes]
    problems: dict[str, str] = field(default_factory=dict)


def load(path: Path) -> Submission:
    """Read `sampler.py` and `score.py` from a folder or zip, at its root or in its one folder that has them.

    Links, other files and other folders are ignored. Raises SubmissionError where nothing can be read.
    """
    if path.is_dir():
        found = _from_folder(path)
    elif zipfile.is_zipfile(path):
        found = _from_zip(path)
    elif path.exists():
        raise SubmissionError(
            f"{path} is neither a folder nor a zip; hand in sampler.py and score.py, or a zip of them"
        )
    else:
        raise SubmissionError(f"there is no submission at {path}; give a folder or a zip with sampler.py and score.py")
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
    for path in (tree, *tree.rglob("*")):  # readable for the worker's user id, whatever our umask is
        path.chmod(0o755 if path.is_dir() else 0o644)


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
        names = ", ".join(sorted(f.name for f in holders))
        raise SubmissionError(
            f"graded files lie in more than one folder ({names}); hand in one sampler.py and one score.py"
        )
    return holders[0] if holders else top


def _from_zip(path: Path) -> dict[str, bytes | str]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise SubmissionError(f"the zip has {len(entries)} entries; hand in sampler.py and score.py only")
            if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
                raise SubmissionError(
                    "the zip uses a compression that is not plain zip's; make it with another program"
                )
            folder = _choose_in_zip(entries)
            return {
                PurePosixPath(e.filename).name: _read(archive, e)
                for e in entries
                if PurePosixPath(e.filename).name in GRADED_FILES and PurePosixPath(e.filename).parent == folder
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise SubmissionError(
            f"the zip cannot be read ({type(error).__name__}); make it again and hand it in"
        ) from error


def _choose_in_zip(entries: list[zipfile.ZipInfo]) -> PurePosixPath:
    paths = [PurePosixPath(e.filename) for e in entries]
    holders = {
        p.parent
        for p in paths
        if p.name in GRADED_FILES and len(p.parts) <= 2 and p.parts[0] not in ("/", "..", "__MACOSX")
    }
    if PurePosixPath(".") in holders or not holders:
        return PurePosixPath(".")
    if len(holders) > 1:
        names = ", ".join(sorted(str(h) for h in holders))
        raise SubmissionError(
            f"graded files lie in more than one folder ({names}); hand in one sampler.py and one score.py"
        )
    return holders.pop()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | str:
    name = PurePosixPath(entry.filename).name
    if stat.S_ISLNK(entry.external_attr >> 16) or entry.is_dir():
        return f"{name} is not a plain file: hand in the file itself, not a link or a folder."
    with archive.open(entry) as file:
        content = file.read(MAX_BYTES + 1)  # the size that a zip declares proves nothing
    return content if len(content) <= MAX_BYTES else _too_large(name)


def _too_large(name: str) -> str:
    return f"{name} is larger than {MAX_BYTES >> 20} MiB: hand in the file with your functions only."
