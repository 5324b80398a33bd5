"""The visible tests, as a student runs them: on the solution, on the untouched starter, on broken files.

A run costs a start of torch, so tasks that don't lean on each other are broken together, three runs in all.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import pytest

from grader.paths import GRADED_FILES, SOLUTION, STARTER

TASKS = [row["task"] for row in json.loads((STARTER / "diffusion" / "tasks.json").read_text(encoding="utf-8"))]
ROW = re.compile(
    r"^  [✓✗·] +(\d\.\d+)  \w+ +\+?\d+  (done|wrong|to do|waits for \d\.\d+)(?:, repair \d\.\d first)?$", re.MULTILINE
)
SCORE = [f"2.{i}" for i in range(1, 7)]  # the tasks in score.py

# For each task one mistake: a piece of one line of the solution, found once, and what stands there instead.
BROKEN = {
    "1.1": ("sampler.py", "x_0 + (1.0 - alpha_bar_t).sqrt() * eps", "x_0 + (1.0 - alpha_bar_t) * eps"),
    "1.2": ("sampler.py", "* eps) / alpha_bar_t.sqrt()", "* eps)"),
    "1.3": ("sampler.py", "loss = (eps_model(x_t, t)", "loss = (eps_model(x_0, t)"),
    "1.4": ("sampler.py", "* x_0 + per_item(weight_t, x_t)", "* x_0 - per_item(weight_t, x_t)"),
    "1.5": ("sampler.py", "per_item(variance.sqrt(), z)", "per_item(variance, z)"),
    "1.6": ("sampler.py", "range(len(alpha_bar) - 1, 0, -1)", "range(len(alpha_bar) - 1, 1, -1)"),
    "2.1": ("score.py", "score = -eps", "score = eps"),
    "2.2": ("score.py", "mean = x + variance", "mean = x - variance"),
    "2.3": ("score.py", "(eps, alpha_bar[t])).square().mean()", "(eps, alpha_bar[t])).square().sum()"),
    "2.4": ("score.py", "math.sqrt(2 * step_size)", "math.sqrt(step_size)"),
    "2.5": ("score.py", "float(sigma / sigmas[-1]) ** 2", "float(sigma / sigmas[-1])"),
    "2.6": ("score.py", "+ beta * score", "- beta * score"),
    "2.7": ("sampler.py", "(1.0 - alpha_bar_t) * beta_t).sqrt()", "(1.0 - alpha_bar_t)).sqrt() * beta_t"),
    "2.8": ("sampler.py", "omega_t = (radicand", "omega_t = -(radicand"),
    "2.9": ("sampler.py", "per_item(sigma_t, z) * z", "per_item(sigma_t, z).square() * z"),
    "2.10": ("sampler.py", "torch.arange(1, S + 1) * T // S", "torch.arange(S) * T // S"),
    "2.11": ("sampler.py", "alpha_bar[t_prev], eta", "alpha_bar[t - 1], eta"),
    "2.12": ("sampler.py", "alpha_bar[t_prev], eps), alpha_bar[t]", "alpha_bar[t], eps), alpha_bar[t]"),
}
# Broken together: no task of a group uses a function of another one of it.
GROUPS = [
    ("1.1", "1.2", "1.4", "2.1", "2.2", "2.4", "2.6", "2.7", "2.8", "2.10"),
    ("1.3", "1.5", "2.3", "2.5", "2.9", "2.12"),
    ("1.6", "2.11"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(*options, base, change, spoilt): pytest in the starter with the files of `base`, their text changed.

    spoilt, missing: files of tests that can't be read, or aren't there; seconds: that a test has.
    """

    def _run(*options, base=SOLUTION, change=lambda file, text: text, spoilt=(), missing=(), seconds=30):
        tree = tmp_path_factory.mktemp("student") / "starter"
        shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for file in GRADED_FILES:
            (tree / file).write_text(change(file, (base / file).read_text(encoding="utf-8")), encoding="utf-8")
        for file in spoilt:
            (tree / "tests" / file).write_text("this is no Python", encoding="utf-8")
        for file in missing:
            (tree / "tests" / file).unlink()
        limits = (tree / "tests" / "conftest.py").read_text(encoding="utf-8")
        assert limits.count("SECONDS = 30 ") == 1
        limits = limits.replace("SECONDS = 30 ", f"SECONDS = {seconds} ")
        (tree / "tests" / "conftest.py").write_text(limits, encoding="utf-8")
        command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
        environment |= {"COLUMNS": "80", "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=120)
        return SimpleNamespace(
            code=done.returncode, text=done.stdout + done.stderr, state=dict(ROW.findall(done.stdout))
        )

    return _run


@pytest.fixture(scope="module")
def run_group(run):
    """run_group(group): the solution with every task of the group broken; run once for each group."""

    def change(group, file, text):
        for _, old, new in (BROKEN[task] for task in group if BROKEN[task][0] == file):
            assert text.count(old) == 1, f"solution/{file} holds {old!r} {text.count(old)} times: adapt BROKEN"
            text = text.replace(old, new)
        return text

    return cache(lambda group: run(change=lambda file, text: change(group, file, text)))


def test_solution(run):
    """On the solution everything passes, nothing is to do, and both assignments have 100 points."""
    result = run()
    assert result.code == 0, result.text
    assert result.state == dict.fromkeys(TASKS, "done")
    assert "failed" not in result.text and "to do" not in result.text
    assert "Assignment 1: 100 of 100" in result.text and "Assignment 2: 100 of 100 points so far, and 5" in result.text


def test_untouched_starter(run):
    """On the untouched starter every task is to do, which is no failure, and there is no traceback."""
    result = run(base=STARTER)
    assert result.code == 0, result.text
    assert result.state == dict.fromkeys(TASKS, "to do")
    assert not re.search("failed|error|Traceback|NotImplementedError", result.text)
    assert f"\nnext: 1.1 q_sample, sampler.py line {todo_line('1.1')}: make test T=1.1\n" in result.text


def test_broken_file(run):
    """A syntax error in sampler.py is told once, with its line, and score.py's tests still run."""
    result = run(change=lambda file, text: text + "def broken(:\n" if file == "sampler.py" else text)
    assert result.code == 1, result.text
    assert {task for task, state in result.state.items() if state == "done"} == set(SCORE)
    assert {task for task, state in result.state.items() if state == "wrong"} == set(TASKS) - set(SCORE)
    assert len(re.findall(r"sampler\.py, line \d+: SyntaxError", result.text)) == 1
    assert "Traceback" not in result.text
    assert "\nnext: repair sampler.py, then make test\n" in result.text


def todo_line(task):
    lines = (STARTER / "sampler.py").read_text(encoding="utf-8").splitlines()
    return 1 + next(i for i, line in enumerate(lines) if f'NotImplementedError("TODO {task}:' in line)


def test_unfinished_helper(run):
    """A test that meets another task's TODO says which one it waits for, and other mistakes still show."""
    todo = 'raise NotImplementedError("TODO 1.2: predict_x_0")'
    replace = {
        "x_0_pred = (x_t - (1": f"{todo}\n    x_0_pred = (x_t - (1",
        "omega_t = (radicand": "omega_t = undefined * (radicand",
    }

    def change(file, text):
        for old, new in replace.items():
            text = text.replace(old, new)
        return text

    result = run("--assignment", "2", change=change)
    assert result.code == 1, result.text
    assert result.state["2.9"] == result.state["2.12"] == "waits for 1.2"
    assert re.search(r"sampler\.py, line \d+: NameError: name 'undefined' is not defined", result.text)
    assert result.state["2.8"] == "wrong" and result.state["2.7"] == result.state["2.1"] == "done"
    assert "(this line returns it" not in result.text
    assert "\nnext: 2.8 ddim_coefficients, sampler.py line " in result.text


def test_a_loop_without_an_end_is_ended(run):
    """A test that does not come back fails in a sentence, and the others are run."""
    right, endless = "omega_t = (radicand", "while True:\n        pass\n    omega_t = (radicand"
    result = run("--task", "2.8", change=lambda file, text: text.replace(right, endless), seconds=1)
    assert result.code == 1 and result.state == {"2.8": "wrong"}
    assert "it did not come back within 1 s: a loop without an end?" in result.text
    assert re.search(r"^\d failed, \d+ deselected", result.text, re.MULTILINE)


def test_nan_is_not_taken_for_another_mistake(run):
    """Where a sampler gives NaN, that is what is said, and not that the seed has no effect."""
    right, to_zero = "range(len(alpha_bar) - 1, 0, -1)", "range(len(alpha_bar) - 1, -1, -1)"
    text = " ".join(run("--task", "1.6", change=lambda file, text: text.replace(right, to_zero)).text.split())
    assert "x_0 must hold finite numbers; it has NaN or infinity" in text and "the same seed must" not in text


def test_code_above_a_todo_is_noticed(run):
    """An answer that was written above its raise is still to do, and the last line says why."""
    todo = 'raise NotImplementedError("TODO 1.1: q_sample")'
    result = run(base=STARTER, change=lambda file, text: text.replace(todo, f"x_t = x_0\n    {todo}"))
    assert result.code == 0 and result.state["1.1"] == "to do"
    assert "\nnext: 1.1 q_sample, take its raise away, sampler.py line " in result.text


def test_one_task(run):
    """--task 2.8 runs the tests of 2.8 alone, and does not even read the other files."""
    result = run("--task", "2.8", spoilt=["test_assignment1.py", "test_diffusion.py", "test_arguments.py"])
    assert result.code == 0, result.text
    assert result.state == {"2.8": "done"}
    assert re.search(r"^\d passed, \d+ deselected", result.text, re.MULTILINE)


def test_zip_of_assignment_1(run):
    """Without the tests of Assignment 2 its tasks are neither shown nor next; asked for, they are one sentence."""
    later = ["test_assignment2.py"]
    done = run("--task", "1.6", missing=later, change=lambda file, text: text.replace("# raise", "raise"))
    assert done.code == 0 and done.state == {"1.6": "to do"}
    asked = run("--task", "2.8", missing=later)
    assert asked.code == 4
    assert asked.text.strip() == "ERROR: the tests of Assignment 2 come with its own zip; they are not in this one"


def test_unknown_task(run):
    """A task that doesn't exist is one sentence that names those that do, exit code 4."""
    result = run("--task", "2.13")
    assert result.code == 4
    assert result.text.strip() == f"ERROR: there is no task 2.13; the tasks are {', '.join(TASKS)}"


def test_every_task_is_broken_once():
    """The groups hold every task exactly once."""
    assert sorted(task for group in GROUPS for task in group) == sorted(TASKS) == sorted(BROKEN)


@pytest.mark.parametrize(("task", "group"), [(task, group) for group in GROUPS for task in group])
def test_mistake_is_seen(run_group, task, group):
    """One mistake in a task makes that task's own visible tests fail, with a short text and no traceback."""
    result = run_group(group)
    assert result.code == 1, result.text
    assert result.state[task] == "wrong"
    assert f"run again: make test T={task}\n" in result.text
    assert "Traceback" not in result.text
    assert max(map(len, result.text.splitlines())) <= 80


@pytest.mark.parametrize(
    "task, cause",
    {
        "1.1": "the noise is scaled by a variance",
        "1.2": "the division at the end is missing",
        "1.4": "one of the two terms of the posterior's mean",
        "2.1": "the sign of the score is lost",
        "2.2": "the score is subtracted",
        "2.4": "a factor is missing under the root",
        "2.7": "β_t stands outside the square root",
        "2.8": "ω_t is the negative root",
    }.items(),
)
def test_likely_cause(run_group, task, cause):
    """Under a task that is wrong in a known way stands the likely cause and where to read on."""
    text = run_group(GROUPS[0]).text
    block = next(part for part in text.split("\n\n") if re.search(rf"^{task} \w+$", part, re.MULTILINE))
    said = " ".join(block.split("likely: ")[1].split())
    assert said.startswith(cause) and f"read {task}" in said and f"the handout run again: make test T={task}" in said


def test_wrong_helper(run_group):
    """A task that uses a function which is wrong itself is told only to repair that first."""
    text = run_group(GROUPS[0]).text
    assert "1.3 noise_prediction_loss\n  it uses 1.1 q_sample, which must be repaired first\n  run again" in text
    assert re.search(r"1\.3  noise_prediction_loss +15  wrong, repair 1\.1 first\n", text)
    assert "\nnext: 1.1 q_sample, sampler.py line " in text
