"""The same submission gets the same results, whatever the machine was doing."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from checks import cases, network
from grader import overlay
from grader.marking.mark import mark
from grader.paths import CHECKS, GRADED_FILES, ROOT, SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.trust import hunt

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "assignment, tier, tasks", [(1, "cpu", {"1.3", "1.6"}), (2, "closed-form", {"2.3", "2.5", "2.9", "2.12"})]
)
def test_two_markings_agree_but_for_time(assignment, tier, tasks, tmp_path, monkeypatch):
    """With one torch thread and with two, every line of results.json is the same: losses, loops, and the network."""
    monkeypatch.setattr(network, "CPU", replace(network.CPU, block=80))  # images, which take less time
    lines = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        with Zygote() as zygote:
            mark(Session(zygote, overlay.load(SOLUTION), tier), assignment, tmp_path / threads, tasks=tasks)
        results = json.loads((tmp_path / threads / "results.json").read_text())
        lines.append({key: results[key] for key in ("score", "output", "tests", "leaderboard", "visibility")})
    assert lines[0] == lines[1]


# The calls of a marking: what is asked, not what is answered

CALLS = """
import hashlib, sys
from pathlib import Path
import numpy as np
from grader import overlay
from grader import overlay
from grader.marking.mark import mark
from grader.paths import SOLUTION
from grader.sandbox import wire
from grader.sandbox.zygote import Zygote
from grader.student.in_worker import Workers
from grader.student.session import Session
from grader.tasks import ALL_TASKS

digest, solution = hashlib.sha256(), overlay.load(SOLUTION)


def noted(caller):
    def call(requests, *rest, plain=caller.call):
        digest.update(wire.encode([request.body for request in requests]))
        return plain(requests, *rest)

    caller.call = call
    return caller


if __name__ == "__main__":
    with Zygote() as zygote:
        workers = Workers(zygote, solution)
        session = Session(zygote, solution, "closed-form", caller=lambda: noted(workers.fresh()))
        results = mark(session, 2, Path(sys.argv[1]), tasks=ALL_TASKS - {"2.11"})
    never = {"sampler", "score", "diffusion", "torch"} & sys.modules.keys()
    print(results.score, results.extra["calls"], digest.hexdigest(), never or "nothing of the student's imported")
"""


def _change_what_no_mark_may_hang_on(autograder: Path) -> None:
    """Each claim loses its full stop, and a module of the grader gets a number that nobody uses."""
    for path in (autograder / "checks" / "assignment2").glob("test_*.py"):
        path.write_text(re.sub(r'^(    """.*)\."""$', r'\1"""', path.read_text(), flags=re.MULTILINE))
    with (autograder / "grader" / "files.py").open("a") as module:
        module.write("\nUNUSED = 0.125\n")


def test_the_same_is_asked_wherever_the_grader_lies_and_however_it_words_its_claims(tmp_path):
    found = set()
    for name in ("here", "tests"):  # Hypothesis would draw others in a folder of the latter name
        for folder in ("autograder", "starter", "solution", "assets"):
            shutil.copytree(
                ROOT / folder, tmp_path / name / folder, ignore=shutil.ignore_patterns("__pycache__", "corpus")
            )
        if name == "tests":
            _change_what_no_mark_may_hang_on(tmp_path / name / "autograder")
        (tmp_path / name / "calls.py").write_text(CALLS)
        command = [sys.executable, tmp_path / name / "calls.py", tmp_path / name / "out"]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / name / "autograder"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1
    assert re.fullmatch("88.0 [0-9]+ [0-9a-f]{64} nothing of the student's imported", found.pop().strip())


def test_a_hunt_finds_inputs_at_which_a_wrong_answer_shows_and_none_for_a_right_one(tmp_path):
    """A right mean, but for an interval of the variance."""
    for name in GRADED_FILES:
        (tmp_path / name).write_bytes((SOLUTION / name).read_bytes())
    console = Console(file=io.StringIO(), width=200)
    assert hunt.run(console, tmp_path, 20) and console.file.getvalue().count("right at all of them") == 16
    with (tmp_path / "score.py").open("a") as file:
        file.write("\nright_mean = tweedie_mean\n")
        file.write("def tweedie_mean(x, s, v): return right_mean(x, s, v if v.ndim or v < 30 or v > 41 else 2 * v)\n")
    console = Console(file=io.StringIO(), width=200)
    assert not hunt.run(console, tmp_path, 100)
    assert re.search(r"2\.2\.1: variance = (3\d|4[01])\.\d+: The mean is not what it must be", console.file.getvalue())


def test_no_check_lets_hypothesis_draw_in_a_marking():
    checks = [path.read_text() for path in CHECKS.glob("assignment*/test_*.py")]
    assert checks and not any("hypothesis" in text or "given(" in text for text in checks)
    assert sum(text.count("@cases.each(") for text in checks) == len(list(hunt.checks())) == 16


@pytest.mark.parametrize("table", cases.SCHEDULES)
def test_no_coefficient_of_a_check_is_below_the_least(table):
    """Below it a guard against a division by zero would be seen."""
    assert cases.SCHEDULES[table].min() >= cases.LEAST
    assert min(a for a, _ in cases.PAIRS.rows) >= cases.LEAST <= min(cases.alpha_bars().rows)


def test_the_inputs_are_those_of_this_release():
    """To be raised with the version where a row changes on purpose; a numpy that draws others would show here, too."""
    rows = [*cases.PAIRS.rows, *cases.alpha_bars().rows, *cases.between(0.01, 20.0).rows, *cases.states(1, 2)]
    text = " ".join(f"{number:.9g}" for row in rows for number in np.ravel(row))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "c4f8f90f433393e5"
