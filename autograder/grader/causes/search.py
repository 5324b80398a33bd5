"""Which misconception explains a wrong answer: the student's function, asked on probes, held against a catalogue.

A cause is named only if its formula gives what the function gave everywhere, on the probes and in the last calls of the
check that was lost, if the right formula does not, and if no other cause does. Where the catalogue has none, all single
edits of the right formula are tried, and then the common pairs (`oracle.edits`); of these the kind is named, if
one kind alone explains all. Everything else is met with silence.
For a loop the transcript of each probe is held against the catalogue's moves: what was asked, mean and σ of each step.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from grader import outcomes
from grader.causes import hints, loops, probes
from grader.student.session import Session
from oracle import edited_losses, edits, misconceptions, schedule, spellings, wrong_chains
from oracle.spellings import Spelling

TIGHT = {"float32": 1e-4}  # relative to the largest number; 1e-5 for all else, since some compute in float32 inside
SLOW = 10.0  # a function that has used so many seconds is not asked again
Formula = Callable[[tuple[Any, ...]], Any]
Edited = Iterator[tuple[str, Spelling]]
Probed = tuple[str, tuple[Any, ...], Any]  # where, the arguments, and what was returned
Seen = tuple[tuple[Any, ...], Any]  # the arguments of a call and what it returned
Explains = Callable[[list[Seen]], bool]  # whether a cause can be that of a check with these calls


@dataclass
class Suspects:
    """The causes that explain what one function did on the probes, and the first place where it was not right."""

    where: str = ""
    causes: list[tuple[str, Explains]] = field(default_factory=list)

    def cause(self, seen: Iterable[Seen]) -> str:
        """The cause of a lost check with these calls; "" unless one cause alone explains all."""
        calls = list(seen)
        return edits.plainest({cause for cause, explains in self.causes if explains(calls)})


def suspects(session: Session, function: str, stand_in_for: list[str]) -> Suspects:
    """Ask the function on its probes, beside the marking: neither its time nor how it ends counts."""
    key = function, bool(stand_in_for)
    if session.budget.spent[key] > SLOW:
        return Suspects()
    try:
        with np.errstate(all="ignore"), session.budget.beside(key):
            if function not in wrong_chains.CHAINS:
                return _of_value(session, function, stand_in_for)
            where, causes = loops.suspects(session, function, stand_in_for)
            # its transcripts have decided, and no calls of a loop are kept
            return Suspects(where, [(cause, lambda calls: True) for cause in causes])
    except outcomes.Loses:
        return Suspects()


# Functions that return values


def _of_value(session: Session, function: str, stand_in_for: list[str]) -> Suspects:
    student = session.student(stand_in_for)
    try:
        seen = [(where, args, student(function, *args).value) for where, args in probes.of_value(function)]
    finally:
        student.close()
    if broken := [where for where, _, value in seen if _any(np.isnan, value)]:
        return Suspects(broken[0], [(hints.NOT_A_NUMBER, _gives_nan)])
    wrong = [where for where, args, value in seen if not _is_right(function, args, value)]
    if not wrong or any(_any(np.isinf, value) for _, _, value in seen):
        return Suspects()
    return Suspects(wrong[0], explaining(function, seen))


def explaining(function: str, seen: list[Probed]) -> list[tuple[str, Explains]]:
    """The causes whose formulas give all that was seen: of the catalogue, or else by one edit, or else by two."""
    once, twice = (_edited(function, edit, seen) for edit in (edits.edited, edits.edited_twice))
    calls = [(args, value) for _, args, value in seen]
    for formulas in (_known(function), once, twice):
        if causes := [(cause, partial(_gives, formula)) for cause, formula in formulas if _gives(formula, calls)]:
            return list(causes)
    return []


def _known(function: str) -> Iterator[tuple[str, Formula]]:
    """The causes of the catalogue."""
    return _of_tuple(misconceptions.FORMULAS.get(function, []))


def _of_tuple(formulas: Iterable[tuple[str, Callable[..., Any]]]) -> Iterator[tuple[str, Formula]]:
    """The same formulas, as functions of the tuple of the arguments."""

    def taken(f: Callable[..., Any]) -> Formula:
        return lambda args: f(*args)

    return ((cause, taken(f)) for cause, f in formulas)


def _edited(function: str, edit: Callable[[Spelling], Edited], seen: list[Probed]) -> Iterator[tuple[str, Formula]]:
    """What the right answer becomes by an edit; those alone that give the first number of what was seen first."""
    if function in edited_losses.TARGETS:
        if edit is edits.edited:
            yield from _of_tuple(edited_losses.of(function))
        return
    _, args, value = seen[0]
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(isinstance(part, (np.ndarray, float, int)) and np.size(part) for part in parts):
        return
    first = [float(np.ravel(part)[0]) for part in parts]
    for spelling in spellings.of(function):
        for kind, new in edit(spelling):
            numbers = spellings.first_numbers(function, new, args)
            if all(abs(got - want) <= 1e-5 + 1e-3 * abs(got) for got, want in zip(first, numbers)):
                yield kind, partial(spellings.value, function, new)


def _gives(formula: Formula, seen: list[Seen]) -> bool:
    """Whether a formula gives what was returned, in every call."""
    return all(agrees(value, _try(formula, args)) for args, value in seen)


def _gives_nan(seen: list[Seen]) -> bool:
    """Whether NaN came out of one of the calls, if there are any; what comes out beside it, no formula says."""
    return not seen or any(_any(np.isnan, value) for _, value in seen)


def agrees(got: Any, want: Any) -> bool:
    """Whether a student's value is, part by part, what a formula gives."""
    if isinstance(want, tuple):
        return isinstance(got, list) and len(got) == len(want) and all(map(agrees, got, want))
    if want is None or not isinstance(got, (np.ndarray, float, int)):
        return False
    want, got = np.asarray(want, np.float64), np.asarray(got)
    if got.dtype.kind not in "fi" or got.shape != want.shape and got.ndim and want.ndim:
        return False
    size = np.abs(want[np.isfinite(want)]).max(initial=0)
    return bool(np.isclose(got, want, 0, TIGHT.get(str(got.dtype), 1e-5) * size + 1e-12, equal_nan=True).all())


def _any(what: Callable[[Any], Any], value: Any) -> bool:
    """Whether any number of a value is so; False where it holds none."""
    parts = value if isinstance(value, list) else [value]
    return any(bool(np.any(what(part))) for part in parts if isinstance(part, (np.ndarray, float)))


def _try(formula: Formula, args: tuple[Any, ...]) -> Any:
    """What a formula gives; None where it cannot be evaluated."""
    try:
        with np.errstate(all="ignore"):
            return formula(args)
    except Exception:  # a hint must never cost a marking
        return None


def _is_right(function: str, args: tuple[Any, ...], value: Any) -> bool:
    if function == "ddim_timesteps":
        return not isinstance(value, np.ndarray) or schedule.is_even(value.astype(np.int64), *args)
    return agrees(value, misconceptions.right(function, args))
