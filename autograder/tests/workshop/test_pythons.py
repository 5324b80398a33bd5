"""What `make test-pythons` finds, counts and calls right. No environment is made here: that takes minutes."""

import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader.paths import ROOT, SOLUTION
from workshop.release import zips
from workshop.trust import pythons
from workshop.trust.pythons import Cell


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_every_lock_of_a_release_has_a_row():
    assert [f"requirements/{lock.name}" for lock in pythons.locks().values()] == zips.LOCKS
    assert list(pythons.locks())[0] == "3.10"


def test_a_python_is_found_on_the_path_and_behind_pyenv(tmp_path, monkeypatch):
    """pyenv's shims run a version only where it is chosen; one that it does not have says so on its standard error."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    program(tmp_path / "python3.98", "echo -n /a/b/python3.98")
    program(tmp_path / "python3.97", '[ "$PYENV_VERSION" = 3.97 ] && echo -n /pyenv/3.97')
    program(tmp_path / "python3.96", "echo 'pyenv: python3.96: command not found' >&2; exit 127")
    said = [pythons.found(f"3.{minor}") for minor in (98, 97, 96, 95)]
    assert said == ["/a/b/python3.98", "/pyenv/3.97", "", ""]


def test_half_of_the_tests_is_in_folders_that_are_there():
    assert [name for name in pythons.QUICK if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "text, cell",
    [
        ("def test_a(): pass\n", Cell("1 passed")),
        (
            "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n@pytest.fixture\ndef f(): 1 / 0\n"
            "def test_c(f): pass\ndef test_d(): pytest.skip('no')\n",
            Cell("1 passed, 2 failed, 1 skipped", False, ("test_x test_b", "test_x test_c")),
        ),
        ("", Cell("no tests", False, ("pytest found none",))),
    ],
)
def test_what_pytest_says_is_counted(text, cell, tmp_path):
    (tmp_path / "test_x.py").write_text(text)
    assert pythons.tested(sys.executable, tmp_path) == cell


def test_a_pytest_that_cannot_start_is_no_pass(tmp_path):
    cell = pythons.tested(program(tmp_path / "python", "echo no torch >&2; exit 3"), tmp_path)
    assert not cell.holds and cell.faults == ("pytest ended with status 3: no torch\n",)


def test_marks_that_are_not_the_known_ones_do_not_hold(tmp_path):
    write = f"mkdir -p {tmp_path}/out/$n; echo '{{\"score\": 9'$n'.5}}' > {tmp_path}/out/$n/results.json"
    python = program(tmp_path / "python", f"for n in 1 2; do {write}; done")
    assert pythons.marked(python, SOLUTION, tmp_path / "out", [91.5, 92.5]) == Cell("91.5, 92.5")
    wrong = pythons.marked(python, SOLUTION, tmp_path / "out", [100, 105])
    assert wrong == Cell("91.5, 92.5", False, ("solution has [91.5, 92.5] points, not [100, 105]",))
    failed = pythons.marked(program(tmp_path / "python", "echo no; exit 2"), SOLUTION, tmp_path / "out", [0, 0])
    assert failed == Cell("no marks", False, ("make grade ended with status 2: no\n",))


def test_an_environment_that_cannot_be_made_is_one_line(tmp_path):
    python = program(tmp_path / "python", "echo first; echo 'ensurepip is not available' >&2; exit 1")
    assert pythons._made(python, tmp_path / "lock.txt", tmp_path / "venv") == "ensurepip is not available"


def shown(monkeypatch, capsys, here: dict[str, list[Cell]]) -> tuple[bool, str]:
    monkeypatch.setattr(pythons, "found", lambda version: version if version in here else "")
    monkeypatch.setattr(pythons, "_cells", lambda python, lock: iter(here[python]))
    return pythons.run(Console()), capsys.readouterr().out


def test_the_table_has_a_row_for_each_and_says_which_is_missing(monkeypatch, capsys):
    row = [Cell("5 passed"), Cell("100, 105"), Cell("0, 0"), Cell("9 passed")]
    broken = [Cell("no environment", False, ("no wheel",))]
    held, text = shown(monkeypatch, capsys, {"3.12": row, "3.13": row})
    lines = text.splitlines()
    assert held and lines[2:4] == ["| 3.10 | not here |  |  |  |  |", "| 3.11 | not here |  |  |  |  |"]
    assert lines[4].startswith("| 3.12 | 5 passed | 100, 105 | 0, 0 | 9 passed | 0.0 |")
    assert {line.count("|") for line in lines} == {7}
    held, text = shown(monkeypatch, capsys, {"3.12": row, "3.13": broken})
    assert not held and "3.13: no wheel" in text
    assert not shown(monkeypatch, capsys, {})[0]  # nothing was run
