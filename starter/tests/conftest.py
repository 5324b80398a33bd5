"""How `make test` behaves: which tests are asked for, and what counts as done, wrong and "to do".

make test            every task        make test T=1.4    one task        make test A=2    one assignment
"""

import gc
import signal
from pathlib import Path

import pytest

from diffusion import console
from diffusion.phrases import phrase
from summary import Outcome, word, write_summary
from tasks import TASKS, belongs

OUTCOMES = pytest.StashKey[list[Outcome]]()
SECONDS = 30  # of the processor, for one test; with right answers the slowest takes half a second


# Which tests are asked for


def pytest_addoption(parser):
    parser.addoption("--task", help="run the tests of one task only, for example 1.4")
    parser.addoption("--assignment", help="run the tests of one assignment only, 1 or 2")


def pytest_configure(config):
    console.spell_out()
    config.stash[OUTCOMES] = []
    task, assignment = config.option.task, config.option.assignment
    chosen = [known for known in TASKS if asked_for(config, known)]
    if not chosen:
        raise pytest.UsageError(no_such(task, assignment, tasks=", ".join(TASKS)))
    if not any(tests_of(known[0]).exists() for known in chosen):
        raise pytest.UsageError(
            phrase(
                "the tests of Assignment {number} come with its own zip; they are not in this one", number=chosen[0][0]
            )
        )
    gc.disable()  # there is nothing to collect in torch's import, which looking for it makes slower
    try:
        import torch
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            phrase("there is no torch here; `make test`, or python assignment.py test, makes its own environment")
        ) from error
    gc.freeze()
    gc.enable()
    torch.set_num_threads(1)  # the tensors of the tests are tiny


def no_such(task: str | None, assignment: str | None, tasks: str) -> str:
    """What is said where no task is chosen."""
    if task and assignment:
        return phrase(
            "there is no task {task} in assignment {number}; the tasks are {tasks}",
            task=task,
            number=assignment,
            tasks=tasks,
        )
    if assignment:
        return phrase("there is no task in assignment {number}; the tasks are {tasks}", number=assignment, tasks=tasks)
    return phrase("there is no task {task}; the tasks are {tasks}", task=task, tasks=tasks)


def tests_of(assignment: str) -> Path:
    return Path(__file__).with_name(f"test_assignment{assignment}.py")


def pytest_ignore_collect(collection_path, config):
    """Where one task or assignment is asked for, the other files are not even read."""
    if (config.option.task or config.option.assignment) and collection_path.suffix == ".py":
        return collection_path not in [tests_of(known[0]) for known in TASKS if asked_for(config, known)] or None
    return None


def pytest_collection_modifyitems(config, items):
    kept = [item for item in items if task_of(item) in ("", *TASKS) and asked_for(config, task_of(item))]
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


@pytest.fixture
def sampler():
    """Your sampler.py."""
    from yours import StudentFile

    return StudentFile("sampler")


@pytest.fixture
def score():
    """Your score.py."""
    from yours import StudentFile

    return StudentFile("score")


# What came of each test


def pytest_runtest_setup():
    from yours import called

    called.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    """Ends a test that has no end, by the processor's time; Windows has no such alarm."""
    if not hasattr(signal, "SIGVTALRM"):
        return (yield)
    signal.signal(signal.SIGVTALRM, endless)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def endless(*_):
    said = phrase("it did not come back within {seconds} s: a loop without an end?", seconds=SECONDS)
    pytest.fail(said, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    from yours import BrokenFile, called, sentence, unfinished

    report, task = (yield), task_of(item)
    status, said, file, helpers = "done", "", "", frozenset(called - {task})
    if report.failed:
        error = call.excinfo.value
        if todo := unfinished(error):
            status = "to do" if todo in (task, "") else f"waits for {todo}"
            report.outcome, report.longrepr, report.todo = "skipped", (str(item.path), 0, status), word(status)
        elif isinstance(error, BrokenFile):
            status, said, file = "broken", error.args[0], error.file
        else:
            status, said = "wrong", error.msg if isinstance(error, pytest.fail.Exception) else sentence(error)
        report.longrepr = said or report.longrepr
    if call.when == "call" or status != "done":
        claim = phrase(" ".join((item.function.__doc__ or item.name).split()))
        place = phrase("{file}, line {line}", file=item.location[0], line=(item.location[1] or 0) + 1)
        outcome = Outcome(task, item.name, status, claim, said, place, file, helpers, report.capstdout)
        item.config.stash[OUTCOMES].append(outcome)
    return report


def pytest_report_teststatus(report):
    """A TODO that isn't done yet has its own word and letter; it is neither an error nor a failure."""
    return (word("to do"), "t", report.todo.upper()) if hasattr(report, "todo") else None


def pytest_terminal_summary(terminalreporter, config):
    write_summary(terminalreporter, config.stash[OUTCOMES])
