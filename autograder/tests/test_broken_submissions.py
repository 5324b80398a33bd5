"""Submissions that break in the ways that submissions do: what each loses, and the sentence that its author reads."""

import re
from pathlib import Path

import numpy as np
import pytest

from grader import outcomes, overlay, session
from grader.marking import mark_loaded
from grader.paths import GRADED_FILES, SOLUTION
from grader.results import Line
from grader.solution_check import marks, score
from grader.tasks import TASKS
from grader.zygote import Zygote

BODY = "    beta_t = 1 - alpha_bar_t / alpha_bar_prev\n    sigma_t"  # of ddim_sigma, in the solution
IN_SAMPLER = {task.task for task in TASKS if task.file == "sampler.py" and task.task.startswith("2.")}
IN_SCORE = {task.task for task in TASKS if task.file == "score.py"}


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as running:
        yield running


def submission(line: str = "", files: tuple[str, ...] = GRADED_FILES) -> overlay.Submission:
    """The solution with one line put at the top of ddim_sigma's answer, and only some of its files."""
    sources = {name: (SOLUTION / name).read_bytes() for name in files}
    sampler = sources["sampler.py"].decode()
    assert BODY in sampler
    sources["sampler.py"] = sampler.replace(BODY, f"    {line}\n{BODY}").encode()
    missing = {name: f"{name} is not in the submission" for name in GRADED_FILES if name not in files}
    return overlay.Submission(sources, missing)


def failed(given: overlay.Submission, folder: Path, zygote: Zygote) -> list[Line]:
    """What is lost in Assignment 2, which has tasks in both files."""
    return [line for line in mark_loaded(given, 2, folder, zygote, "closed-form").lines if not line.passed]


@pytest.mark.parametrize(
    "line, tasks, outcome, sentence",
    [
        (
            "x = (",
            IN_SAMPLER,
            "raised",
            r"sampler\.py could not be imported: it raised SyntaxError: .*line \d+: `x = \(`",
        ),
        ("import os; os._exit(0)", {"2.7"}, "died", r"ended the Python process \(exit code 0\)"),
        ("import sys; sys.exit()", {"2.7"}, "raised", r"tried to end Python"),
        ("return alpha_bar_t * float('nan')", {"2.7"}, "wrong", r"has NaN, infinite or huge values"),
        (
            "sigma = undefined",
            {"2.7"},
            "raised",
            r"NameError: name 'undefined' is not defined, at sampler\.py, line \d+",
        ),
    ],
    ids=["syntax error", "os._exit", "sys.exit", "NaN", "NameError"],
)
def test_a_mistake_costs_its_own_tasks_and_says_why(line, tasks, outcome, sentence, tmp_path, zygote):
    """Each check of the broken tasks is lost with one clear sentence; every other check keeps its marks."""
    lines = failed(submission(line), tmp_path, zygote)
    assert {each.task for each in lines} == tasks
    for each in lines:
        assert each.outcome == outcome
        assert re.search(sentence, each.output), each.output


RIGHT = b"def q_sample(x_0, alpha_bar_t, eps):\n    return x_0 * alpha_bar_t\n"
DEEP = 100_000


def called(content: bytes, zygote: Zygote) -> list[float]:
    """What q_sample of a sampler.py returns for 8 and 0.5."""
    student = session.Session(zygote, overlay.Submission({"sampler.py": content, "score.py": b""})).student()
    try:
        return student("q_sample", np.full(1, 8.0), np.float64(0.5), np.zeros(1)).value.tolist()
    finally:
        student.close()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + RIGHT,
        RIGHT.replace(b"\n", b"\r\n"),
        RIGHT.replace(b"\n", b"\r"),
        b"# coding: latin-1\ns = '\xe9'\n" + RIGHT,
        b"x = 1\n" * 170_000 + RIGHT,
    ],
    ids=["BOM", "CRLF", "CR", "coding line", "1 MB"],
)
def test_a_file_may_be_written_as_python_allows(content, zygote):
    assert called(content, zygote) == [4.0]


@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"", "q_sample raised AttributeError: module 'sampler' has no attribute 'q_sample'"),
        (RIGHT + b"\0", "it raised (Syntax|Value)Error: source code (string )?cannot contain null bytes"),
        (RIGHT.decode().encode("utf-16"), "it raised (Syntax|Value)Error: source code (string )?cannot contain null"),
        (RIGHT + b"s = '\xe9'\n", r"SyntaxError: \(unicode error\) 'utf-8' codec can't decode byte, at .*, line 3"),
        (b"# coding: nonsense\n" + RIGHT, "SyntaxError: (unknown encoding|encoding problem)"),
        (RIGHT + b"x = " + b"(" * DEEP + b")" * DEEP, "SyntaxError: too many nested parentheses, at .*, line 3"),
        (RIGHT + b"x = " + b"-" * DEEP + b"1", "it raised (MemoryError|RecursionError)|crashed or was killed"),
        (RIGHT + b"x = 1" + b"+1" * DEEP, "it raised (MemoryError|RecursionError)|crashed or was killed"),
        (RIGHT + b"x = f" + b"()" * DEEP, "it raised (MemoryError|RecursionError|NameError)|crashed or was killed"),
        (b"".join(b" " * i + b"if 1:\n" for i in range(200)), "IndentationError: too many levels of indentation"),
        (RIGHT.replace(b"    ", b"\xc2\xa0"), "SyntaxError: invalid non-printable character, at .*, line 2"),
    ],
    ids="empty NUL UTF-16 no-UTF-8 no-coding parentheses minuses sum calls indents no-break-space".split(),
)
def test_a_file_that_python_cannot_read_loses_in_a_clear_sentence(content, sentence, zygote):
    """However deep it nests, what breaks is the worker's parser at most, and never the grader."""
    with pytest.raises((outcomes.Raised, outcomes.Died)) as caught:
        called(content, zygote)
    assert re.search(sentence, caught.value.sentence), caught.value.sentence
    assert "not shown" not in caught.value.sentence


def test_a_missing_file_costs_its_own_tasks(tmp_path, zygote):
    lines = failed(submission(files=("sampler.py",)), tmp_path, zygote)
    assert {each.task for each in lines} == IN_SCORE
    assert {each.outcome for each in lines} == {"not run"}
    assert all("score.py is not in the submission" in each.output for each in lines)


def test_an_endless_loop_costs_its_own_task(tmp_path, zygote, monkeypatch):
    """It is stopped at the time limit of one call, and not called again."""
    monkeypatch.setattr(session, "CALL_SECONDS", 5.0)
    lines = failed(submission("while True: pass"), tmp_path, zygote)
    assert {each.task for each in lines} == {"2.7"}
    assert {each.outcome for each in lines} == {"timed out"}
    assert [each.output.endswith("not called again.") for each in lines] == [False] + [True] * (len(lines) - 1)


def test_an_empty_submission_gets_zero_and_says_what_is_missing(tmp_path, zygote):
    (tmp_path / "empty").mkdir()
    results = marks(overlay.load(tmp_path / "empty"), tmp_path, zygote)
    assert score(results) == 0
    assert all("is not in the submission" in line.output for each in results for line in each.lines)
