"""Submissions that break in the ways that submissions do: what each loses, and the sentence that its author reads."""

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest

from grader import outcomes, overlay
from grader.marking.mark import mark
from grader.marking.results import Line
from grader.paths import GRADED_FILES, SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.budget import LIMITS, Limits
from grader.student.session import Session
from grader.tasks import TASKS
from workshop.trust.solution_check import marks, score

pytestmark = pytest.mark.slow

BODY = "    beta_t = 1.0 - alpha_bar_t / alpha_bar_prev\n    sigma_t"  # of ddim_sigma, in the solution
HERE = {"2.1", "2.2", "2.7", "2.8", "2.9"}  # of Assignment 2, which has tasks in both files
IN_SAMPLER = {task.task for task in TASKS if task.file == "sampler.py"} & HERE
IN_SCORE = {task.task for task in TASKS if task.file == "score.py"} & HERE


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


def marked(given: overlay.Submission, folder: Path, zygote: Zygote, limits: Limits = LIMITS) -> list[Line]:
    """The checks of the tasks that are looked at here."""
    return mark(Session(zygote, given, "closed-form", limits=limits), 2, folder, tasks=HERE).lines


def failed(given: overlay.Submission, folder: Path, zygote: Zygote, limits: Limits = LIMITS) -> list[Line]:
    return [line for line in marked(given, folder, zygote, limits) if not line.passed]


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


EMPTY = [
    "torch.zeros(0)",
    "torch.zeros(0, dtype=torch.int64)",
    "torch.zeros(4, 0)",
    "torch.zeros(())",
    "()",
    "[[], []]",
]


@pytest.mark.parametrize("assignment", [1, 2])
@pytest.mark.parametrize("value", [*EMPTY, "(torch.zeros(0), torch.zeros(0))"])
def test_empty_answers_lose_every_check_and_are_no_fault_of_the_grader(value, assignment, tmp_path, zygote):
    """A check looks at an answer's size before it looks into it."""
    sources = {
        name: "import torch\n"
        + "".join(f"def {task.function}(*_, **__):\n    return {value}\n" for task in TASKS if task.file == name)
        for name in GRADED_FILES
    }
    given = overlay.Submission({name: text.encode() for name, text in sources.items()})
    lines = mark(Session(zygote, given, "closed-form"), assignment, tmp_path).lines
    assert lines and not any(line.passed for line in lines)


RIGHT = b"def q_sample(x_0, alpha_bar_t, eps):\n    return x_0 * alpha_bar_t\n"
DEEP = 100_000


def called(content: bytes, zygote: Zygote, score: bytes = b"") -> list[float]:
    """What q_sample of a sampler.py returns for 8 and 0.5."""
    student = Session(zygote, overlay.Submission({"sampler.py": content, "score.py": score})).student()
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
        (b"", "^sampler.py is empty"),
        (b"# nothing yet\n", "q_sample raised AttributeError: module 'sampler' has no attribute 'q_sample'"),
        (RIGHT + b"\0", "it is not UTF-8 text; save it as UTF-8"),
        (RIGHT.decode().encode("utf-16"), "it is not UTF-8 text; save it as UTF-8"),
        (RIGHT + b"s = '\xe9'\n", r"its letters are not UTF-8; save it so. \(SyntaxError: .*, at .*, line 3"),
        (b"# coding: nonsense\n" + RIGHT, r"its letters are not UTF-8; save it so. \(SyntaxError"),
        (RIGHT + b"x = " + b"(" * DEEP + b")" * DEEP, "SyntaxError: too many nested parentheses, at .*, line 3"),
        (RIGHT + b"x = " + b"-" * DEEP + b"1", "it raised (MemoryError|RecursionError)|crashed or was killed"),
        (RIGHT + b"x = 1" + b"+1" * DEEP, "it raised (MemoryError|RecursionError)|crashed or was killed"),
        (RIGHT + b"x = f" + b"()" * DEEP, "it raised (MemoryError|RecursionError|NameError)|crashed or was killed"),
        (b"".join(b" " * i + b"if 1:\n" for i in range(200)), "IndentationError: too many levels of indentation"),
        (RIGHT.replace(b"    ", b"\xc2\xa0"), r"SyntaxError: invalid non-printable character U\+00A0, at .*, line 2"),
        (RIGHT + b"<<<<<<< HEAD\nx = 1\n=======\n", "the marks of a merge .* stand there. .*, at sampler.py, line 3"),
        (RIGHT + b"!pip install einops\n", "a notebook's command, which is no Python, stands there"),
        (RIGHT + b"S = int(input('S? '))\n", "it asks for input, and nobody answers there"),
        (RIGHT + b"import argparse, sys; sys.exit(2)\n", 'it ended Python; put .* below `if __name__ == "__main__":`'),
        (RIGHT + b"import torch; x = torch.zeros(1).cuda()\n", "it needs a GPU, and there is none"),
        (RIGHT + b"import torch; x = torch.zeros(10**10)\n", "it needs more memory than there is"),
        (RIGHT + b"from google.colab import drive\n", "Google Colab is not in the grader"),
        (
            RIGHT + b"import tqdm\n",
            "tqdm is not in the grader, which has torch, numpy and most of Python's own modules",
        ),
        (RIGHT + b"import scipy\n", "scipy is not in the grader"),
        (RIGHT + b"import diffusion_utils\n", "diffusion_utils is not in the grader"),
        (RIGHT + b"from torch.amp.autocast import autocast\n", r"torch\.amp\.autocast is not in the grader"),
        (RIGHT + b"import google.auth\n", "google is not in the grader"),
        (RIGHT + b"========= Assignment 2\n", "it raised SyntaxError: invalid syntax, at sampler.py, line 3"),
        (RIGHT + b"x = net.input(3)\n", "it raised NameError: name 'net' is not defined"),
        (RIGHT + b"x = USE_CUDA\n", "it raised NameError: name 'USE_CUDA' is not defined"),
        (RIGHT + b"import diffusion.plots\n", "the folder diffusion/ is taken fresh|matplotlib is not in the grader"),
        (RIGHT + b"from diffusion.tensors import mine\n", "the folder diffusion/ is taken fresh, without your changes"),
        (RIGHT + b"import diffusion.mine\n", "the folder diffusion/ is taken fresh, without your changes"),
        (RIGHT + b"raise ValueError('of my own')\n", "it raised ValueError: of my own, at sampler.py, line 3"),
        (RIGHT + b"import os; os._exit(3)\n", r"^The import of sampler.py ended the Python process \(exit code 3\)"),
    ],
)
def test_a_file_that_cannot_be_imported_loses_in_a_clear_sentence(content, sentence, zygote):
    """However deep it nests, what breaks is the worker's parser at most, and never the grader."""
    with pytest.raises((outcomes.Raised, outcomes.Died)) as caught:
        called(content, zygote)
    assert re.search(sentence, caught.value.sentence), caught.value.sentence
    assert "not shown" not in caught.value.sentence


def test_a_file_that_imports_a_broken_one_is_not_blamed_for_it(zygote):
    with pytest.raises(outcomes.Raised, match=r"score\.py raised ZeroDivisionError: .*, at score\.py, line 2: `1 / 0`"):
        called(b"import score\n" + RIGHT, zygote, b"x = 1\n1 / 0\n")


def test_an_import_that_fails_is_tried_twice(tmp_path, zygote, monkeypatch):
    """An endless one, too; each check of that file's tasks says the same, the other file's keep their marks."""
    sources = {name: (SOLUTION / name).read_bytes() for name in GRADED_FILES}
    starts: list[object] = []
    monkeypatch.setattr(zygote, "spawn", lambda *given, spawn=zygote.spawn: starts.append(given) or spawn(*given))
    for line, sentence in ((b"1 / 0", "it raised ZeroDivisionError"), (b"while True: pass", "not be imported within")):
        given = overlay.Submission(sources | {"score.py": line + b"\n" + sources["score.py"]})
        starts.clear()
        checks = marked(given, tmp_path, zygote, Limits(one_import=1.0))
        lost = [check for check in checks if not check.passed]
        assert {check.task for check in lost} == IN_SCORE and all(sentence in check.output for check in lost)
        assert len(starts) - len([check for check in checks if check.passed]) <= 3


def test_imports_that_take_long_have_a_limit_together(zygote):
    given = overlay.Submission({"sampler.py": b"sum(range(10**7))\n" + RIGHT, "score.py": b""})
    marking = Session(zygote, given, limits=Limits(all_imports=0.02))
    for limit in (None, "sampler.py takes long to import, and every check imports it anew"):
        student = marking.student()
        with contextlib.closing(student):
            if limit is None:
                student("q_sample", np.full(1, 8.0), np.float64(0.5), np.zeros(1))
            else:
                with pytest.raises(outcomes.TimedOut, match=limit):
                    student("q_sample", np.full(1, 8.0), np.float64(0.5), np.zeros(1))


def test_a_missing_file_costs_its_own_tasks(tmp_path, zygote):
    lines = failed(submission(files=("sampler.py",)), tmp_path, zygote)
    assert {each.task for each in lines} == IN_SCORE
    assert {each.outcome for each in lines} == {"not run"}
    assert all("score.py is not in the submission" in each.output for each in lines)


def test_an_endless_loop_costs_its_own_task(tmp_path, zygote):
    """It is stopped at the time limit of one call, and not called again."""
    lines = failed(submission("while True: pass"), tmp_path, zygote, Limits(call=2.0))
    assert {each.task for each in lines} == {"2.7"}
    assert {each.outcome for each in lines} == {"timed out"}
    assert [each.output.endswith("not called again.") for each in lines] == [False] + [True] * (len(lines) - 1)


def test_an_empty_submission_gets_zero_and_says_what_is_missing(tmp_path, zygote):
    (tmp_path / "empty").mkdir()
    results = marks(overlay.load(tmp_path / "empty"), tmp_path, zygote)
    assert score(results) == 0
    assert all("is not in the submission" in line.output for each in results for line in each.lines)
