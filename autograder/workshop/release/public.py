"""The starter alone, as the files of a public repository: what a student receives, less what the corpora taught it."""

import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from grader.paths import ROOT
from workshop.release import zips

MADE_FROM_CORPORA = {"tests/causes.json"}  # what known wrong answers make the visible tests say; they run without it


def write(out: Path, root: Path = ROOT) -> list[Path]:
    """Write the files of the last assignment's student zip, which has them all, into an empty folder.

    Raises zips.ReleaseError where one of them would hold what it must not, and then writes none.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = zips.write(Path(folder, f"assignment{zips.GIVEN[-1]}-student.zip"), root)
        if faults := zips.problems(path):
            raise zips.ReleaseError("\n".join(faults))
        with zipfile.ZipFile(path) as archive:
            files = {
                str(PurePosixPath(*PurePosixPath(name).parts[1:])): archive.read(name) for name in archive.namelist()
            }
    written = [out / name for name in files if name not in MADE_FROM_CORPORA]
    for target in written:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[target.relative_to(out).as_posix()])
    return written
