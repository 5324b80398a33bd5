"""`python -m workshop hunt`: look for inputs at which a submission is wrong, beside those that every marking has.

Hypothesis draws and shrinks them. What it finds in a wrong answer that keeps its marks is a row to add to
`checks/cases.py`; what it finds in a right one, a check that is too strict. No mark is made here.
"""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from checks.cases import SCHEDULES, Inputs, Pair, Property, T, hold
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
        for number, holds, inputs in checks():
            found = hunted(lambda **row: hold(student, [holds(**row)]), inputs, examples)  # noqa: B023
            console.print(f"{number}: {found or 'right at all of them'}", highlight=False, markup=False, soft_wrap=True)
            right = right and not found
    return right


def checks() -> Iterator[tuple[str, Property, dict[str, Inputs]]]:
    """Each check that has rows of inputs: its number, the property that it holds each row to, and the inputs."""
    for path in sorted(CHECKS.glob("assignment*/test_*.py")):
        module = importlib.import_module(f"checks.{path.parent.name}.{path.stem}")
        for check in vars(module).values():
            if inputs := getattr(check, "inputs", None):
                yield check.__number__, check.holds, inputs


def hunted(holds: Callable[..., None], inputs: dict[str, Inputs], examples: int) -> str:
    """The simplest inputs found at which a check is lost, and its sentence; "" where there are none."""
    lost = ""

    @settings(max_examples=examples, database=None, deadline=None)
    @given(**{name: STRATEGIES[column.kind](*column.bounds) for name, column in inputs.items()})
    def one(**row: Any) -> None:
        nonlocal lost
        try:
            holds(**row)
        except Loses as reason:
            lost = f"{', '.join(f'{name} = {value}' for name, value in row.items())}: {reason.sentence}"
            raise

    try:
        one()
    except Loses:
        return lost
    return ""


# Where more inputs of each kind come from


@st.composite
def alpha_bars(draw: st.DrawFn, below: float) -> np.float64:
    """ᾱ_t up to `below`, dense near both ends."""
    u = draw(st.floats(1e-3, 1.0))
    return np.float64(below * (u**2 if draw(st.booleans()) else 1 - (1 - u) ** 3 * 0.999999))


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """ᾱ_t and ᾱ_prev: neighbours or far apart, of either schedule, or of none."""
    if draw(st.booleans()):
        table = SCHEDULES[draw(st.sampled_from(sorted(SCHEDULES)))]
        t = draw(st.integers(2, T))
        prev = draw(st.sampled_from([1, t - 1, t // 2, max(1, t - 100)]))
        return np.float64(table[t]), np.float64(table[prev])
    a_prev = draw(st.floats(1e-3, 0.9999))
    return np.float64(a_prev * draw(st.floats(1e-3, 0.9999))), np.float64(a_prev)


def between(low: float, high: float, kind: type) -> st.SearchStrategy[Any]:
    """Numbers from low to high, of a type."""
    return st.floats(low, high).map(kind)


def choices(*values: float) -> st.SearchStrategy[float]:
    """One of a few values."""
    return st.sampled_from(values)


STRATEGIES: dict[str, Callable[..., st.SearchStrategy[Any]]] = {
    each.__name__: each for each in (alpha_bars, pairs, between, choices)
}
