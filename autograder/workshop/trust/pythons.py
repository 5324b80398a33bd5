"""`make test-pythons`: each Python that has a lock runs the visible tests, `make grade` and half of the harness' tests.

The environment of each is made of its lock, and of what the tests need besides, in a folder that is deleted again.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from rich.console import Console

from grader.paths import AUTOGRADER, GRADED_FILES, ROOT, SOLUTION, STARTER
from grader.tasks import TASKS

LOCKS = AUTOGRADER / "requirements"
BESIDE = "babel hypothesis jsonschema pillow pytest-xdist pyyaml".split()  # in no lock, since no marking needs them
QUICK = [f"autograder/tests/{name}" for name in ("oracle", "grader", "hosts", "test_directions.py")]  # no slow ones
PARALLEL = "--numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder".split()  # as make test
COLUMNS = ("Python", "visible tests", "solution", "starter", "tests of the harness", "minutes")
ABSENT = "not here"


class Cell(NamedTuple):
    """What came out, whether it is right, and a line for each thing that is not."""

    text: str
    holds: bool = True
    faults: tuple[str, ...] = ()


def run(console: Console) -> bool:
    """Print the table, in Markdown, a row as soon as it is known; True where all holds on every Python that is here."""
    say = lambda *cells: console.print(f"| {' | '.join(cells)} |", soft_wrap=True, markup=False, highlight=False)  # noqa: E731
    say(*COLUMNS)
    say(*["---"] * len(COLUMNS))
    held = []
    for version, lock in locks().items():
        started, python = time.monotonic(), found(version)
        cells = list(_cells(python, lock)) if python else [Cell(ABSENT)]
        minutes = f"{(time.monotonic() - started) / 60:.1f}" if python else ""
        texts = [cell.text for cell in cells] + [""] * (len(COLUMNS) - 2 - len(cells))
        say(version, *texts, minutes)
        for fault in [fault for cell in cells for fault in cell.faults]:
            console.print(f"{version}: {fault}", style="red", soft_wrap=True, markup=False, highlight=False)
        held += [cell.holds for cell in cells if python]
    return bool(held) and all(held)


def locks() -> dict[str, Path]:
    """The lock of each version of Python, as "3.12"."""
    return {f"3.{path.stem.removeprefix('py3')}": path for path in sorted(LOCKS.glob("py3*.txt"))}


def found(version: str) -> str:
    """The Python of a version that is on the PATH, or that pyenv has without its being chosen; "" where none is."""
    code = "import sys; print(sys.executable, end='')"
    chosen = {**os.environ, "PYENV_VERSION": version}
    try:
        return subprocess.run([f"python{version}", "-c", code], env=chosen, capture_output=True, text=True).stdout
    except OSError:
        return ""


def _cells(python: str, lock: Path) -> Iterator[Cell]:
    """What stands in the row of a Python: that its environment cannot be made, or all else."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # workers look at torch's files as other users
        if fault := _made(python, lock, folder / "venv"):
            yield Cell("no environment", False, (fault,))
            return
        python = str(folder / "venv" / "bin" / "python")
        shutil.copytree(STARTER, folder / "student", ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for file in GRADED_FILES:
            shutil.copy(SOLUTION / file, folder / "student")
        yield tested(python, folder / "student")
        full = [sum(task.points for task in TASKS if task.assignment == number) for number in (1, 2)]
        yield marked(python, SOLUTION, folder / "solution", full)
        yield marked(python, STARTER, folder / "starter", [0, 0])
        yield tested(python, ROOT, *PARALLEL, *QUICK, "-m", "not slow")


def _made(python: str, lock: Path, place: Path) -> str:
    """Make an environment of a lock; returns the last line of what went wrong. TORCH_INDEX: as of setup.sh."""
    index = os.environ.get("TORCH_INDEX")
    pip = [str(place / "bin" / "python"), *"-m pip install --quiet --only-binary=:all: -r".split(), str(lock)]
    torch_index = ["--extra-index-url", index] if index else []
    for command in ([python, "-m", "venv", str(place)], [*pip, *BESIDE, *torch_index]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            return (done.stdout.strip().splitlines() or [f"{command[0]} ended with status {done.returncode}"])[-1]
    return ""


def tested(python: str, folder: Path, *arguments: str) -> Cell:
    """What pytest says in a folder."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place, "junit.xml")
        command = [python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
        done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True)
        if not report.exists():
            return Cell("no tests", False, (f"pytest ended with status {done.returncode}: {done.stderr[-500:]}",))
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    wrong = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    counts = {"passed": len(cases) - len(wrong) - len(skipped), "failed": len(wrong), "skipped": len(skipped)}
    text = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    names = tuple(f"{case.get('classname')} {case.get('name')}" for case in wrong)
    return Cell(text or "no tests", done.returncode == 0, names or ("pytest found none",) * bool(done.returncode))


def marked(python: str, submission: Path, out: Path, wanted: list[float]) -> Cell:
    """The points of a submission in both assignments, by what `make grade` types."""
    command = [python, "-B", "-m", "course", "grade", str(submission), "--out", str(out)]
    environment = _environment() | {"PYTHONPATH": str(AUTOGRADER)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        return Cell("no marks", False, (f"make grade ended with status {done.returncode}: {done.stdout[-500:]}",))
    scores = [json.loads((out / str(number) / "results.json").read_text("utf-8"))["score"] for number in (1, 2)]
    faults = () if scores == wanted else (f"{submission.name} has {scores} points, not {wanted}",)
    return Cell(", ".join(f"{score:g}" for score in scores), scores == wanted, faults)


def _environment() -> dict[str, str]:
    """Ours, without what is said to this Python."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
