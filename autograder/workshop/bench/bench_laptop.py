"""How long a student waits for the first table, and for how many bytes: with make, without, with uv.

Every way begins with empty caches in an empty folder with a space and CJK in its name. What is downloaded is what
`pip download` brings; pip and uv take the same files.
"""

import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from grader.paths import ROOT
from workshop.release.zips import write

ASSIGNMENT = 2
PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()  # not that of an environment
WAYS = {
    "make": ["make", "test", f"PYTHON={PYTHON}"],
    "without make": [str(PYTHON), "assignment.py", "test"],
    "uv": ["uv", "run", "--python", str(PYTHON), "assignment.py", "test"],
}
ROW = re.compile(r"^  · +\d\.\d+ .* to do")


class NoTable(Exception):
    """A way did not come to its table; the message is the end of what it said."""


def run(console: Console, torch_index: str = "") -> None:
    """Measure and print; torch_index: in the place of the one in pyproject.toml, "" for that one. Raises NoTable."""
    table = Table("type", "seconds to the first table", "again", "downloaded, MB", "on disk, MB")
    with TemporaryDirectory() as home:
        downloaded = sum(path.stat().st_size for path in _download(_unpacked(Path(home, "pip"), torch_index), home))
        for way, command in WAYS.items():
            if not which(command[0]):
                table.add_row(way, f"there is no {command[0]} here")
                continue
            folder = _unpacked(Path(home, way), torch_index)
            seconds = [_until_the_table(command, folder) for _ in range(2)]
            disk = sum(path.lstat().st_size for path in folder.rglob("*"))
            table.add_row(way, *(f"{each:.1f}" for each in seconds), f"{downloaded / 1e6:.0f}", f"{disk / 1e6:.0f}")
    console.print(table)


def _unpacked(home: Path, torch_index: str) -> Path:
    """The student zip, in a folder of its own."""
    parent = home / "課程 作業"
    parent.mkdir(parents=True)
    name = f"assignment{ASSIGNMENT}"
    zipfile.ZipFile(write(home / f"{name}-student.zip", ROOT)).extractall(parent)
    versions = parent / name / "pyproject.toml"
    if torch_index:
        text = re.sub(r'^url = ".*"', f'url = "{torch_index}"', versions.read_text("utf-8"), flags=re.MULTILINE)
        versions.write_text(text, "utf-8")
    return parent / name


def _download(folder: Path, home: str) -> Iterator[Path]:
    """All that pip downloads for the tests."""
    to = Path(home, "downloaded")
    pip = [str(PYTHON), "-m", "pip", "download", "--quiet", "--no-cache-dir", "--dest", str(to)]
    text = (folder / "pyproject.toml").read_text("utf-8")
    index = re.search(r'^url = "(.*)"', text, re.MULTILINE)
    assert index
    torch = re.findall(r'"(torch==[^"]+)"', text)
    subprocess.run([*pip, "--no-deps", "--index-url", index[1], *torch], check=True)
    subprocess.run([*pip, "--find-links", str(to), "."], cwd=folder, check=True)
    return to.glob("*.whl")


def _until_the_table(command: list[str], folder: Path) -> float:
    """The seconds until the first row of the first table is printed, with caches of the folder's own."""
    caches = {"PIP_CACHE_DIR": str(folder.parent / "pip"), "UV_CACHE_DIR": str(folder.parent / "uv")}
    began = time.monotonic()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **caches}, **pipes) as process:  # type: ignore[call-overload]
        said = []
        for line in process.stdout:
            said.append(line)
            if ROW.match(line):
                seconds = time.monotonic() - began
                process.communicate()
                return seconds
    raise NoTable("".join(said[-20:]))
