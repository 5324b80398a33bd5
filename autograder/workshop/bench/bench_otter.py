"""The hidden checks as tests of otter-grader, to compare the cost of marking with: `python -m workshop bench-class`.

Each check is a test file. In otter, tests and student code share one process, so the first one that is asked runs all
checks there (`trust.in_process`), and the others look up what came of theirs. Nothing is confined: this is only for
submissions of our own that mean no harm.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from grader import overlay
from grader.marking import mark as marking
from grader.outcomes import SubmissionError
from grader.paths import AUTOGRADER, SOLUTION, STARTER
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.trust.in_process import InProcess

TEST = """OK_FORMAT = False
from otter.test_files import test_case
from {module} import holds
name, points = {number!r}, {points!r}
@test_case()
def check(env):
    assert holds({assignment}, {number!r})
"""
CELL: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
NOTEBOOK = {
    "cells": [CELL | {"source": "import sampler, score"}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def mark(paths: list[Path], suite: Path, out: Path, at_once: int) -> dict[str, set[str] | None]:
    """Mark zips with `otter run`, each in a process of its own: the checks that each passes, None without results.

    suite: as `autograder` made it.
    """
    out.mkdir(parents=True)

    def run(path: Path) -> set[str] | None:
        folder = out / path.stem
        folder.mkdir()
        command = ["-m", "otter", "run", "--no-logo", "-a", suite, "-o", folder]
        environment = {**os.environ, "PYTHONPATH": str(AUTOGRADER), "OMP_NUM_THREADS": "1"}
        with (folder / "log").open("w") as log:
            streams: dict[str, Any] = {"env": environment, "stdout": log, "stderr": log}
            subprocess.run([sys.executable, *map(str, [*command, _submission(path, folder)])], cwd=folder, **streams)
        results = folder / "results.json"
        tests = json.loads(results.read_text())["tests"] if results.exists() else None
        if tests is None:
            return None
        return {each["name"] for each in tests if each["output"] == f"{each['name']} results: All test cases passed!"}

    with ThreadPoolExecutor(at_once) as pool:
        return {path.name: passed for path, passed in zip(paths, pool.map(run, paths))}


def autograder(path: Path, assignment: int) -> Path:
    """Write what `otter generate` makes of tests and support files, as far as `otter run` reads it."""
    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        session = Session(zygote, overlay.load(SOLUTION), "closed-form")
        lines = marking.mark(session, assignment, Path(folder)).lines
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"print_summary": False}))
        for line in lines:
            text = test_of(line.number, line.points, assignment)
            archive.writestr(f"tests/check_{line.number.replace('.', '_')}.py", text)
        for source in sorted((STARTER / "diffusion").glob("*.py")):
            archive.write(source, f"files/diffusion/{source.name}")
    return path


def test_of(number: str, points: float, assignment: int) -> str:
    """A check as a test file of otter's."""
    return TEST.format(module=__name__, number=number, points=points, assignment=assignment)


def _submission(path: Path, folder: Path) -> Path:
    """The zip as otter wants it, with a notebook that imports the files; as it is where it cannot be opened."""
    try:
        files = overlay.load(path).files
    except SubmissionError:
        return path
    target = folder / "submission.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("assignment.ipynb", json.dumps(NOTEBOOK))
        for name, content in files.items():
            archive.writestr(name, content)
    return target


# In otter's kernel


def holds(assignment: int, number: str) -> bool:
    """Whether the submission in the working directory passes a check."""
    return number in _passed(assignment)


@cache
def _passed(assignment: int) -> frozenset[str]:
    """The checks that the submission in the working directory passes."""
    nobody: Any = SimpleNamespace(walls={}, start_seconds=0.0, peak_kib=0)  # no zygote: nothing is in another process
    here = Path.cwd()
    with InProcess(here) as caller, tempfile.TemporaryDirectory() as folder:
        session = Session(nobody, overlay.load(here), "closed-form", caller=caller)
        results = marking.mark(session, assignment, Path(folder))
    return frozenset(line.number for line in results.lines if line.passed)
