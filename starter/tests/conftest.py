"""How `make test` behaves: what is asked for, what counts as "to do", and the table at the end.

make test            every task        make test T=2.8    one task        make test A=2    one assignment
"""

import importlib
import json
import re
from pathlib import Path

import pytest

STARTER = Path(__file__).resolve().parents[1]
FILES = ("sampler.py", "score.py")  # the two files that are yours
TASKS = {
    row["task"]: row for row in json.loads((STARTER / "diffusion/tasks.json").read_text(encoding="utf-8"))
}
RESULTS = pytest.StashKey[dict[str, list[str]]]()  # task -> what came of each of its tests


# What is asked for


def pytest_addoption(parser):
    parser.addoption("--task", help="run the tests of one task only, for example 2.8")
    parser.addoption("--assignment", help="run the tests of one assignment only, 1 or 2")


def pytest_configure(config):
    config.stash[RESULTS] = {}
    for wanted in (config.option.task, config.option.assignment):
        if wanted and not any(belongs(task, wanted) for task in TASKS):
            raise pytest.UsageError(f"there is no task {wanted}; there are {', '.join(TASKS)}")
    try:
        import torch
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            "this Python has no torch; type `make test`, which makes an environment"
        ) from error
    torch.set_num_threads(1)  # the tensors of the tests are tiny


def pytest_collection_modifyitems(config, items):
    wanted = [w for w in (config.option.task, config.option.assignment) if w]
    kept = [item for item in items if all(belongs(task_of(item), w) for w in wanted)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def belongs(task: str, wanted: str) -> bool:
    """Whether `task` is `wanted`, or one of assignment `wanted`."""
    return task == wanted or task.startswith(f"{wanted}.")


def task_of(item) -> str:
    """The task that a test belongs to, "" for a test of the provided code."""
    marker = item.get_closest_marker("task")
    return marker.args[0] if marker else ""


# Your two files


class StudentFile:
    """A stand-in that imports the file when a test first uses it, so that a broken file fails its own tests only."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, function):
        try:
            module = importlib.import_module(self.name)
        except (Exception, SystemExit) as error:
            pytest.fail(f"{self.name}.py can't be imported. {sentence(error)}", pytrace=False)
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


def student_line(error: BaseException) -> tuple[str, int] | None:
    """The file and line of the innermost place in one of your files where `error` passed; None if there is none."""
    if isinstance(error, SyntaxError):
        return Path(error.filename or "").name, error.lineno or 0
    place, frame = None, error.__traceback__
    while frame:
        path = Path(frame.tb_frame.f_code.co_filename)
        if path.name in FILES and path.resolve().parent == STARTER:
            place = path.name, frame.tb_lineno
        frame = frame.tb_next
    return place


def sentence(error: BaseException) -> str:
    """One line: where, what kind of error, and what it says."""
    place = student_line(error)
    where = f"{place[0]}, line {place[1]}: " if place else ""
    what = error.msg if isinstance(error, SyntaxError) else (str(error).strip().splitlines() or [""])[0]
    return f"{where}{type(error).__name__}: {what}".rstrip(": ")


def unfinished(error: BaseException) -> str:
    """The task whose TODO in one of your files raised `error`, else ""."""
    todo = re.match(r"TODO (\d+\.\d+)", str(error)) if isinstance(error, NotImplementedError) else None
    return todo[1] if todo and student_line(error) else ""


# What came of each test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    task, error = task_of(item), call.excinfo.value if call.excinfo else None
    result = "done"
    if report.failed:
        if missing := unfinished(error):
            result = "to do" if missing in ("", task) else f"waits for {missing}"
            report.outcome, report.longrepr, report.todo = "skipped", (str(item.path), 0, result), result
        else:
            result = "wrong"
            said = str(error) if isinstance(error, pytest.fail.Exception) else sentence(error)
            claim = " ".join((item.function.__doc__ or item.name).split())
            again = f"make test T={task}" if task else "make test"
            report.longrepr = f"should be:  {claim}\nbut:        {said}\nrun again:  {again}"
    if call.when == "call" or result != "done":
        item.config.stash[RESULTS].setdefault(task, []).append(result)
    return report


def pytest_report_teststatus(report):
    if todo := getattr(report, "todo", None):
        return "to do", "t", todo.upper()
    return None


# The table at the end


def pytest_terminal_summary(terminalreporter, config):
    results = config.stash[RESULTS]
    state = {task: worst(results[task]) for task in TASKS if task in results}
    if not state:
        return
    terminalreporter.write_sep("-", "what the visible tests see")
    for task, status in state.items():
        row = TASKS[task]
        points = f"+{row['points']}" if row.get("bonus") else str(row["points"])
        color = {"done": {"green": True}, "wrong": {"red": True}}.get(status, {"yellow": True})
        terminalreporter.write(f"{task:>5}  {row['function']:<25}{points:>4}  ")
        terminalreporter.write_line(status, **color)
    for assignment in ("1", "2"):
        terminalreporter.write(total(assignment, state))
    terminalreporter.write_line(
        "The hidden tests decide the mark: they try more cases than the visible ones."
    )


def worst(results: list[str]) -> str:
    """A task is wrong if one of its tests is, else to do or waiting if one of them is, else done."""
    return next(r for start in ("wrong", "to do", "waits", "done") for r in results if r.startswith(start))


def total(assignment: str, state: dict[str, str]) -> str:
    """A line with the points so far, if every task of the assignment was run."""
    rows = [row for task, row in TASKS.items() if belongs(task, assignment)]
    if any(row["task"] not in state for row in rows):
        return ""
    done = [row for row in rows if state[row["task"]] == "done"]
    points = sum(row["points"] for row in done if not row.get("bonus"))
    bonus = sum(row["points"] for row in done if row.get("bonus"))
    return f"Assignment {assignment}: {points} of 100 points so far" + (
        f", and {bonus} of bonus\n" if bonus else "\n"
    )
