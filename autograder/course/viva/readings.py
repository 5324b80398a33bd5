"""What one function of the students' does, in a few numbers that can be worked out by hand or drawn from a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader import outcomes
from grader.sandbox.wire import Seed
from grader.student.session import Session
from grader.transcript.examiner import Examiner
from oracle import misconceptions, samplers

Numbers = Mapping[str, float]
Call = Callable[..., Any]  # of a function of the students' by its name: what it returns
SEED = 14
SHAPE = (128, 128)  # of the state of a loop
CLOSE, DRAWN = 0.001, 0.03  # by so much of the larger one two numbers differ; of drawn noise: 5 standard errors

LARGEST = 1e100  # of a number, whose square is one, too
WHOLE = ("calls", "first", "last", "shared", "again")  # counts, steps, and yes or no


class Unread(Exception):
    """What came back is nothing that has these numbers."""


class NoNumber(Unread):
    """There is a nan in what came back."""


@dataclass(frozen=True)
class Reading:
    """How to read a function.

    read: its numbers, from what calls it; they are the factors of a formula, or figures of a run. right: those of the
    right answer. means: what follows from the numbers, by the names that `words` tells it by. given: what else the
    words name. within: how near two numbers are that may be the same one.
    """

    function: str
    read: Callable[[Call], Numbers]
    right: Numbers
    means: Callable[[Numbers], Numbers]
    given: Numbers = field(default_factory=dict)
    within: float = CLOSE

    def of(self, session: Session) -> Numbers | None:
        """The numbers of a student's function; None where it has none, since it fails or does something else."""
        try:
            found = self._asked(session)
        except (outcomes.Loses, Unread):
            return None
        return found if all(abs(value) < LARGEST for value in found.values()) else None  # NaN is not

    def failure(self, session: Session) -> str:
        """Why a student's function has no numbers, if there is a nan in its answer ("nan") or it raises ("raised")."""
        try:
            self._asked(session)
        except NoNumber:
            return "nan"
        except outcomes.Raised:
            return "raised"
        except (outcomes.Loses, Unread):
            pass
        return ""

    def _asked(self, session: Session) -> Numbers:
        student = session.student()
        try:
            return self.read(lambda function, *args, **kwargs: student(function, *args, **kwargs).value)
        finally:
            student.close()

    def is_right(self, found: Numbers | None) -> bool:
        return found is not None and not self.moved(self.right, found)

    def moved(self, before: Numbers, after: Numbers) -> list[str]:
        """The names of the numbers that are different ones."""
        return [name for name in before if not _near(before[name], after[name], self.within * (name not in WHOLE))]


def _near(one: float, other: float, by: float) -> bool:
    return one == other or abs(one - other) <= by * max(abs(one), abs(other), 0.01)


def oracle(function: str, *args: Any, generator: Seed | None = None) -> Any:
    """The oracle's answer to a call; a sampler's noise is its own."""
    if not isinstance(args[0], Examiner):
        return misconceptions.right(function, args)
    examiner, x, *rest = args
    rng = np.random.default_rng(SEED)
    noise = [] if function == "ddim_invert" else [lambda: rng.standard_normal(np.shape(x))]
    return getattr(samplers, function)(lambda *asked: examiner.answer([*asked]), x, *rest, *noise)


def number(value: Any) -> float:
    """The one number that an array holds everywhere. Raises Unread where it holds none, or several."""
    if not isinstance(value, np.ndarray | float | int) or np.asarray(value).dtype.kind not in "fi":
        raise Unread
    numbers = np.asarray(value, np.float64).ravel()
    if not numbers.size or not np.isfinite(numbers).all() or np.ptp(numbers) > 1e-5 * (1 + abs(numbers[0])):
        raise Unread
    return float(numbers[0])
