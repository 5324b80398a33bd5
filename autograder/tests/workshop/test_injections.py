"""Harm that ends a marking within seconds, and how what it leaves is judged; `injections` has the rest."""

import json
import os
import signal
import subprocess
import sys

import pytest

from grader import claim, files
from grader.paths import AUTOGRADER, SOLUTION
from workshop.attacks import harmed
from workshop.attacks.injections import INJECTIONS


@pytest.fixture(autouse=True)
def signals():
    """As in a terminal: a process that runs in the background may have been started with these ignored."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("injection", [each for each in INJECTIONS if each.quick], ids=str)
def test_whatever_happens_the_marks_count_or_are_said_not_to(injection):
    fault, said = injection.do()
    if fault == harmed.NOT_HERE:
        pytest.skip(fault)
    assert fault == "", said


@pytest.mark.parametrize(
    "left, status, fault",
    [
        (json.dumps(harmed.OLDER), 2, "an older results.json stays"),
        ('{"score": 97.5, "tests": []}', 0, "2.5 points are lost"),
        ('{"score": 100, "output": "", "tests": []}', 0, ""),
        ('{"score": 100, "output": "", "tests": []}', 2, "it does not say that its marks do not count"),
        (json.dumps(claim.NO_MARKS | {"score": 5}), 2, "it does not say that its marks do not count"),
        (json.dumps(claim.NO_MARKS | {"tests": [{"score": 5}]}), 2, "it does not say that its marks do not count"),
        (json.dumps(claim.NO_MARKS), 2, ""),
        ("{", 2, "results.json is not valid"),
        ("", 0, "there is no results.json"),
        ("", 2, ""),
        ("", 1, "it ended with status 1"),
        ("", 125, harmed.NOT_HERE),
    ],
)
def test_what_is_left_is_judged(left, status, fault, tmp_path, monkeypatch):
    monkeypatch.setattr(harmed, "SHELL", "%s")
    (tmp_path / "left").write_text(left)
    put = f"mkdir $OUT; [ ! -s {tmp_path}/left ] || cp {tmp_path}/left $OUT/results.json; exit {status}"
    assert harmed.Marking(tmp_path, put).fault() == fault


def test_a_check_counts_as_made_unless_the_marking_has_not_come_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(harmed, "SHELL", "%s")
    ends = ("passed", "passed", "waits for a GPU", "not run", "not reached")
    (tmp_path / "left").write_text(json.dumps({"tests": [{"extra_data": {"outcome": end}} for end in ends]}))
    marking = harmed.Marking(tmp_path, f"mkdir $OUT; cp {tmp_path}/left $OUT/results.json; exit 0")
    assert marking.process.wait() == 0 and marking.marked() == 4


def grade(out, *arguments: str) -> tuple[int, str, dict]:
    """`make grade` where another submission's full marks lie: its status, what it says and the results then."""
    out.mkdir(exist_ok=True)
    (out / "results.json").write_text(json.dumps(harmed.OLDER))
    command = [sys.executable, "-B", "-m", "course", "grade", "--assignment", "1", "--out", str(out), *arguments]
    environment = os.environ | {"PYTHONPATH": str(AUTOGRADER)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, json.loads((out / "results.json").read_text())


@pytest.mark.parametrize("wrong", [["/nowhere"], [str(SOLUTION), "--tier", "none"]], ids=["no submission", "no tier"])
def test_what_was_typed_wrongly_leaves_no_older_marks(wrong, tmp_path):
    assert grade(tmp_path, *wrong)[::2] == (2, claim.NO_MARKS)


def test_help_touches_nothing(tmp_path):
    assert grade(tmp_path, "--help")[::2] == (0, harmed.OLDER)


def test_a_second_command_in_the_same_out_is_refused_and_touches_nothing(tmp_path):
    with files.lock(tmp_path):
        status, said, results = grade(tmp_path)
    assert (status, results) == (2, harmed.OLDER)
    assert said == (
        f"Nothing was marked: another command is at work in {tmp_path}; wait for its end or give another OUT.\n"
    )
