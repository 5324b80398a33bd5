"""What was handed in, as files: of a folder, a zip, a tar, or one file alone. No link is followed."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from grader.outcomes import SubmissionError
from grader.phrases import phrase

MAX_BYTES = 1 << 20  # of one graded file; the solution's have 20 KB
MAX_ENTRIES = 5000
MAX_UNPACKED = 64 << 20  # of a tar, which can only be read as a whole
MAX_ARCHIVE = 16 << 20  # of a zip that lies in what was handed in
DEEPEST = 6  # folders, one in the other
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")  # how their names end
NOT_WRITTEN_BY_HAND = ("__pycache__", "node_modules", "site-packages", "venv")
SIGNATURES = {
    b"7z\xbc\xaf\x27\x1c": phrase("a 7z archive"),
    b"Rar!": phrase("a rar archive"),
    b"\xfd7zXZ": phrase("an xz archive"),
}


@dataclass(frozen=True)
class File:
    """A file that can be read, up to a number of bytes; or, not plain, a link or a folder, which cannot."""

    read: Callable[[int], bytes]
    plain: bool = True


@dataclass(frozen=True)
class Part:
    """A folder of an open zip: the entries below it, by their path from there."""

    archive: zipfile.ZipFile
    entries: dict[PurePosixPath, zipfile.ZipInfo]


Files = dict[PurePosixPath, File]
Place = Path | Part | Files  # where what was handed in lies


def files(path: Place) -> Files:
    """The files of what was handed in, by their path in it. Raises SubmissionError, and what the machine fails with."""
    if isinstance(path, dict):
        return path
    if isinstance(path, Part):
        return _of_part(path)
    if path.is_dir():
        return dict(_of_folder(path, PurePosixPath()))
    if not path.exists():
        raise SubmissionError(
            phrase("there is no submission at {path}; give a folder or a zip with sampler.py and score.py", path=path)
        )
    if not path.is_file():
        raise SubmissionError(
            phrase("{name} is neither a folder nor a file; hand in sampler.py and score.py", name=path.name)
        )
    with path.open("rb") as file:
        return unpacked(path.name, file, path) or {PurePosixPath(path.name): File(lambda most: _head(path, most))}


def unpacked(name: str, file: BinaryIO, source: Path | None = None) -> Files:
    """The files in an archive, which its first bytes say it is; none where it is no archive. Raises SubmissionError.

    source: where it lies, to be read from later.
    """
    head = file.read(512)
    file.seek(0)
    if head[:2] == b"PK":
        return _of_zip(file, source)
    if head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar":
        return _of_tar(file, head[:2] == b"\x1f\x8b")
    for signature, kind in SIGNATURES.items():
        if head.startswith(signature):
            raise SubmissionError(
                phrase("{name} is {kind}; hand in sampler.py and score.py, or a zip of them", name=name, kind=kind)
            )
    return {}


def named(archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The entries of a zip by path; of two entries of one name the last one counts."""
    return {path_of(entry): entry for entry in archive.infolist()}


def path_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Where an entry lies in its zip.

    Some programs on Windows write a backslash for a slash; beside a slash it is half of a Chinese letter.
    """
    name = entry.filename
    return PurePosixPath(name if "/" in name else name.replace("\\", "/"))


def is_hidden(name: str) -> bool:
    """Whether a file or folder is of a system's making: .DS_Store, .git, .ipynb_checkpoints."""
    return name.startswith(".") or name == "__MACOSX"


def is_noise(name: str) -> bool:
    """Whether a file or folder in a submission is none of its author's making."""
    return is_hidden(name) or name in NOT_WRITTEN_BY_HAND


def at(path: Path) -> File:
    """The file at a path, which may be a link or a folder."""
    return File(lambda most: _head(path, most), stat.S_ISREG(path.lstat().st_mode))


def _head(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _of_folder(folder: Path, below: PurePosixPath) -> Iterator[tuple[PurePosixPath, File]]:
    if len(below.parts) > DEEPEST:
        return
    for path in sorted(folder.iterdir()):
        if stat.S_ISDIR(path.lstat().st_mode) and not is_noise(path.name):
            yield from _of_folder(path, below / path.name)
        yield below / path.name, at(path)


def _of_zip(file: BinaryIO, source: Path | None) -> Files:
    count = sum(part.count(b"PK\1\2") for part in iter(lambda: file.read(1 << 20), b""))
    if count > MAX_ENTRIES:  # before zipfile makes an object of each entry
        raise SubmissionError(
            phrase("the zip has more than {most} entries; hand in sampler.py and score.py only", most=MAX_ENTRIES)
        )
    archive = zipfile.ZipFile(source or file)
    return _of_part(Part(archive, named(archive)))


def _of_part(part: Part) -> Files:
    def plain(entry: zipfile.ZipInfo) -> bool:
        return not (stat.S_ISLNK(entry.external_attr >> 16) or entry.is_dir())

    return {
        path: File(lambda most, entry=entry: _of_entry(part.archive, entry, most), plain(entry))  # type: ignore[misc]
        for path, entry in part.entries.items()
        if path.parts and path.parts[0] not in ("/", "..")
    }


def _of_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    if entry.flag_bits & 1:
        raise SubmissionError(phrase("the zip is encrypted; make it again without a password"))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SubmissionError(
            phrase("the zip uses a compression that is not plain zip's; make it with another program")
        )
    with archive.open(entry) as file:
        return file.read(most)  # the size that a zip declares proves nothing


def _of_tar(file: BinaryIO, compressed: bool) -> Files:
    plain: BinaryIO = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
    content = plain.read(MAX_UNPACKED + 1)
    if len(content) > MAX_UNPACKED:
        raise SubmissionError(
            phrase("the tar is larger than {most} MiB; hand in sampler.py and score.py only", most=MAX_UNPACKED >> 20)
        )
    archive = tarfile.open(fileobj=io.BytesIO(content), mode="r:")
    found: Files = {}
    for count, member in enumerate(archive):
        if count == MAX_ENTRIES:
            raise SubmissionError(
                phrase("the tar has more than {most} entries; hand in sampler.py and score.py only", most=MAX_ENTRIES)
            )
        path = PurePosixPath(member.name)
        if path.parts and not path.is_absolute() and ".." not in path.parts:
            start, size = member.offset_data, member.size
            read = lambda most, start=start, size=size: content[start : start + min(size, most)]  # noqa: E731
            found[path] = File(read, member.isreg() and not member.issparse())
    return found
