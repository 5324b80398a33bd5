"""How `make test` behaves: which tests are asked for, and what counts as done, wrong and "to do".

make test            every task        make test T=2.8    one task        make test A=2    one assignment
"""

import importlib
import re
from pathlib import Path

import pytest

from summary import TASKS, belongs, write_summary

STARTER = Path(__file__).resolve().parents[1]
FILES = ("sampler.py", "score.py")  # the two files that are yours
RESULTS = pytest.StashKey[dict[str, list[str]]]()  # task -> what came of each of its tests


# Which tests are asked for


def pytest_addoption(parser):
    parser.addoption("--task", help="run the tests of one task only, for example 2.8")
    parser.addoption("--assignment", help="run the tests of one assignment only, 1 or 2")


def pytest_configure(config):
    config.stash[RESULTS] = {}
    task, assignment = config.option.task, config.option.assignment
    if not any(asked_for(config, known) for known in TASKS):
        wanted = (f"task {task}" if task else "task") + (f" in assignment {assignment}" if assignment else "")
        raise pytest.UsageError(f"there is no {wanted}; the tasks are {', '.join(TASKS)}")
    try:
        import torch
    except ModuleNotFoundError as error:
        raise pytest.UsageError("there is no torch here; `make test` makes its own environment") from error
    torch.set_num_threads(1)  # the tensors of the tests are tiny


def pytest_collection_modifyitems(config, items):
    kept = [item for item in items if asked_for(config, task_of(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def asked_for(config, task: str) -> bool:
    """Whether --task and --assignment, where given, both select `task`."""
    return all(belongs(task, wanted) for wanted in (config.option.task, config.option.assignment) if wanted)


def task_of(item) -> str:
    """The task that a test belongs to, "" for a test of the provided code."""
    marker = item.get_closest_marker("task")
    return marker.args[0] if marker else ""


# Your two files


class BrokenFile(Exception):
    """One of your files can't be imported."""


class StudentFile:
    """A stand-in that imports the file when a test uses it: a broken file fails its own tests only."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, function):
        try:
            module = importlib.import_module(self.name)
        except (Exception, SystemExit) as error:
            raise BrokenFile(f"{self.name}.py can't be imported. {sentence(error)}") from None
        if not hasattr(module, function):
            pytest.fail(f"{self.name}.py has no function {function}; it must keep this name", pytrace=False)
        return getattr(module, function)


@pytest.fixture
def sampler():
    """Your sampler.py."""
    return StudentFile("sampler")


@pytest.fixture
def score():
    """Your score.py."""
    return StudentFile("score")


# What came of each test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report, task, result = (yield), task_of(item), "done"
    if report.failed:
        error = call.excinfo.value
        if todo := unfinished(error):
            result = "to do" if todo in (task, "") else f"waits for {todo}"
            report.outcome, report.longrepr, report.todo = "skipped", (str(item.path), 0, result), result
        else:
            result = "wrong"
            report.longrepr = str(error) if isinstance(error, BrokenFile) else explanation(item, error)
    if call.when == "call" or result != "done":
        item.config.stash[RESULTS].setdefault(task, []).append(result)
    return report


def pytest_report_teststatus(report):
    """A TODO that isn't done yet has its own word and letter; it is neither an error nor a failure."""
    return ("to do", "t", report.todo.upper()) if hasattr(report, "todo") else None


def unfinished(error: BaseException) -> str:
    """The task whose TODO in one of your files raised `error`, else ""."""
    todo = re.match(r"TODO (\d+\.\d+)", str(error)) if isinstance(error, NotImplementedError) else None
    return todo[1] if todo and student_line(error) else ""


def explanation(item, error: BaseException) -> str:
    """What the test claims, what came instead, where to read on and how to run it again."""
    task, (path, line, _) = task_of(item), item.location
    claim = " ".join((item.function.__doc__ or item.name).split())
    said = str(error) if isinstance(error, pytest.fail.Exception) else sentence(error)
    again = f"make test T={task}" if task else "make test"
    return f"{task or 'provided'}  {claim}\n     {said}\n     see {path}, line {line + 1}; run again: {again}"


def sentence(error: BaseException) -> str:
    """One line: where, what kind of error, and what it says."""
    place = student_line(error)
    where = f"{place[0]}, line {place[1]}: " if place else ""
    what = error.msg if isinstance(error, SyntaxError) else (str(error).strip().splitlines() or [""])[0]
    return f"{where}{type(error).__name__}: {what}".rstrip(": ")


def student_line(error: BaseException) -> tuple[str, int] | None:
    """File and line of the innermost place in your files that `error` passed through, if there is one."""
    if isinstance(error, SyntaxError):
        return Path(error.filename or "").name, error.lineno or 0
    place, frame = None, error.__traceback__
    while frame:
        path = Path(frame.tb_frame.f_code.co_filename)
        if path.name in FILES and path.resolve().parent == STARTER:
            place = path.name, frame.tb_lineno
        frame = frame.tb_next
    return place


def pytest_terminal_summary(terminalreporter, config):
    write_summary(terminalreporter, config.stash[RESULTS])
