"""What each known mistake makes the visible tests say: `starter/tests/causes.json`, so that they can name it.

The mistakes are those of the catalogue, `oracle`, and of the chaff. Where two make all tests of a task say
the same, none is told. The file holds words, and numbers that wrong answers give; no formula.
"""

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.causes import hints
from grader.paths import GRADED_FILES, SOLUTION, STARTER
from grader.tasks import BY_FUNCTION, TASKS
from oracle import misconceptions, wrong_chains
from workshop.starter import visible_run
from workshop.starter.wrong_functions import LOSSES, Function, of_chain, of_formula
from workshop.trust import corpus
from workshop.trust.corpus import Case

UNTOLD = ("none", hints.NOT_A_NUMBER)  # the tests themselves say what NaN comes from
FILE = STARTER / "tests" / "causes.json"


@dataclass(frozen=True)
class Mistake:
    """What one wrong student made the tests of a task say; a number is "~" where chance decides it."""

    task: str
    cause: str  # "none": one that has no name
    name: str
    seen: dict[str, str]


def write() -> list[Path]:
    """Write the file; returns it if that changed it."""
    text = generate()
    changed = not FILE.is_file() or FILE.read_text(encoding="utf-8") != text
    FILE.write_text(text, encoding="utf-8")
    return [FILE] if changed else []


def generate() -> str:
    """The text that the file should have."""
    return render([*of_catalogue(), *(mistake for case in corpus.cases("chaff") for mistake in of_chaff(case))])


def render(mistakes: list[Mistake]) -> str:
    """The file's text for these mistakes."""
    blocks = []
    for task in [row.task for row in TASKS]:
        tests = sum(test.task == task for test in visible_run.visible_tests())
        rows = [json.dumps([*words(m), m.seen], ensure_ascii=False) for m in told(mistakes, task)]
        blocks.append(f' "{task}": {{"tests": {tests}, "mistakes": [\n  ' + ",\n  ".join(rows) + "\n ]}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def told(mistakes: list[Mistake], task: str) -> list[Mistake]:
    """Those of a task that have a name and are not taken for another, each way to show itself once."""
    alike = _likely().alike
    kept: list[Mistake] = []
    here = [mistake for mistake in mistakes if mistake.task == task and mistake.seen]
    for mistake in here:
        same = [m for m in here if alike(m.seen, mistake.seen)]
        clear = mistake.cause not in UNTOLD and {m.cause for m in same} == {mistake.cause}
        error = any(said.startswith(visible_run.ERROR) for said in mistake.seen.values())
        if clear and not error and not any(alike(k.seen, mistake.seen) for k in kept):
            kept.append(mistake)
    return kept


def words(mistake: Mistake) -> tuple[list[str], str]:
    """The causes in words, in English, and the section of the handout beside the task's own, "" where there is none."""
    known = [hints.HINTS[part] for part in mistake.cause.split("+")]
    section = next((section for _, section in known if section), "")
    return [what for what, _ in known], getattr(section, "english", section)


def of_catalogue() -> Iterator[Mistake]:
    """The solution with one function in turn replaced by each wrong formula, loss and loop of the catalogue."""
    wrong: dict[str, list[tuple[str, Function]]] = {**LOSSES}
    for name, formulas in misconceptions.FORMULAS.items():
        if name not in LOSSES:
            wrong[name] = [(cause, of_formula(name, formula)) for cause, formula in formulas]
    for name, chains in wrong_chains.CHAINS.items():
        wrong[name] = [(cause, of_chain(name, make)) for cause, make in chains]
    with visible_run.loaded({name: (SOLUTION / name).read_bytes() for name in GRADED_FILES}) as student:
        for name, functions in wrong.items():
            task = BY_FUNCTION[name]
            module = student[task.file.removesuffix(".py")]
            right = getattr(module, name)
            for number, (cause, function) in enumerate(functions):
                setattr(module, name, function)
                yield from _mistakes(student, [task.task], cause, f"{name} {number}")
            setattr(module, name, right)


def of_chaff(case: Case) -> list[Mistake]:
    """A chaff, in the tasks in which it loses marks."""
    with visible_run.loaded(case.submission.files) as student:
        return _mistakes(student, sorted(case.wrong), case.cause, case.name)


def _mistakes(student: visible_run.Students, tasks: list[str], cause: str, name: str) -> list[Mistake]:
    seen: dict[str, dict[str, str]] = {task: {} for task in tasks}
    with np.errstate(all="ignore"):
        for test in visible_run.visible_tests():
            if test.task in tasks and (said := test.says(student)):
                again = said if test.seeds_itself else test.says(student, seed=1)
                seen[test.task][test.name] = steady(said, again)
    return [Mistake(task, cause, name, seen[task]) for task in tasks]


def steady(said: str, another: str) -> str:
    """What was said with one seed, "~" in the place of each number that another seed changes."""
    likely, others = _likely(), iter(_likely().numbers(another))
    return re.sub(likely.NUMBER, lambda n: n[0] if n[0] == next(others, "") else likely.ANY, said)


def _likely() -> Any:
    visible_run.visible_tests()
    return importlib.import_module("likely")
