"""`python -m grader hunt`: look for inputs at which a submission is wrong, beside those that every marking has.

Hypothesis draws and shrinks them. What it finds in a wrong answer that keeps its marks is a row to add to
`checks/cases.py`; what it finds in a right one, a check that is too strict. No mark is made here.
"""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from hypothesis import given, settings
from rich.console import Console

from grader import overlay
from grader.outcomes import Loses
from grader.paths import CHECKS
from grader.sandbox.zygote import Zygote
from grader.student.budget import NO_END
from grader.student.session import Session
from workshop.trust.in_process import InProcess


def run(console: Console, submission: Path, examples: int) -> bool:
    """Look at so many inputs of each check that has rows of them; True where it is right at all."""
    right, loaded = True, overlay.load(submission)
    with overlay.laid(loaded) as tree, InProcess(tree) as caller:
        student = Session(cast(Zygote, None), loaded, limits=NO_END, caller=caller).student()
        for number, test, more in checks():
            found = hunted(lambda **inputs: test(student=student, **inputs), more, examples)  # noqa: B023
            console.print(f"{number}: {found or 'right at all of them'}", highlight=False, markup=False, soft_wrap=True)
            right = right and not found
    return right


def checks() -> Iterator[tuple[str, Callable[..., None], dict[str, Any]]]:
    """Each check that has rows of inputs: its number, the function below them, and where more come from."""
    for path in sorted(CHECKS.glob("assignment*/test_*.py")):
        module = importlib.import_module(f"checks.{path.parent.name}.{path.stem}")
        for check in vars(module).values():
            if more := getattr(check, "drawn_from", None):
                yield check.__number__, check.hypothesis.inner_test, more


def hunted(test: Callable[..., None], more: dict[str, Any], examples: int) -> str:
    """The simplest inputs found at which a check is lost, and its sentence; "" where there are none."""
    lost = ""

    @settings(max_examples=examples, database=None, deadline=None)
    @given(**more)
    def one(**inputs: Any) -> None:
        nonlocal lost
        try:
            test(**inputs)
        except Loses as reason:
            lost = f"{', '.join(f'{name} = {value}' for name, value in inputs.items())}: {reason.sentence}"
            raise

    try:
        one()
    except Loses:
        return lost
    return ""
