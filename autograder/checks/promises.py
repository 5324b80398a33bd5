"""What every function of states and coefficients promises beside its formula."""

from collections.abc import Callable
from typing import Any

import numpy as np

from checks import cases
from checks.cases import IMAGES, SCHEDULES
from checks.judge import EXACT, SINGLE, close, expect, kept
from grader.checking import Examiner, Seed
from oracle.arrays import Array

Arguments = Callable[[list[Any], Any, Any], tuple[Any, ...]]  # (three states, ᾱ_t, ᾱ_prev) -> the call's arguments


def keeps_its_promises(
    student: Any, function: str, arguments: Arguments, oracle: Callable[..., Array], what: str
) -> None:
    """Fail unless it is exact in float64, right in float32, keeps the dtype and leaves its arguments unchanged.

    One coefficient for all items and one for each; images, so that a wrong broadcast shows; large numbers, so that a
    clip shows.
    """
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        states = [(10 * state).astype(dtype) for state in cases.states(70, 3, IMAGES)]
        linear = SCHEDULES["linear"]
        for pair in ((linear[500], linear[499]), cases.pair_batch(IMAGES[0])):
            given = arguments(states, *pair)
            returned = student(function, *given)
            want = oracle(*given)
            close(returned.value, want, what, np.abs(states).max() + np.abs(want).max(), tolerance)
            kept(returned, states[0], returned.value, what)


def items_asked(examiner: Examiner, x_t: Array, t: np.ndarray, tolerance: float) -> list[int]:
    """Fail unless the model of a loss was asked about every item (x_t, t): in one call or several, in any order.

    tolerance: relative to the largest number in x_t. Returns the item of each question, one after the other, −1 for a
    question about something else.
    """
    off = tolerance * np.abs(x_t).max()

    def item(x: np.ndarray, step: int) -> int:
        return next((int(i) for i in np.flatnonzero(t == step) if np.abs(x - x_t[i]).max() <= off), -1)

    asked = [item(x, step) for call in examiner.calls for x, step in zip(call.x, call.t)]
    expect(asked, "The loss never called the model.")
    expect(set(range(len(t))) <= set(asked), "The model was not asked about every item (x_t, t) of the batch.")
    return asked


def draws_from_generator(run: Callable[[Seed | None, int], Array], what: str) -> None:
    """Fail unless the result of run(generator, global_seed) depends on its generator alone, or on torch's for None."""
    first = repeated(lambda: run(Seed(1), 1), what)
    same = np.array_equal(first, run(Seed(1), 2))
    expect(same, "With one generator, {what} changed with torch's global seed.", what=what)
    same = np.allclose(first, run(Seed(2), 1))
    expect(not same, "Another seed of the generator gave the same {what}.", what=what)
    without = run(None, 1)
    same = np.array_equal(without, run(None, 1))
    expect(same, "Without a generator, torch's global seed did not fix {what}.", what=what)
    same = np.allclose(without, run(None, 2))
    expect(not same, "Without a generator, {what} does not come from torch's own.", what=what)


def repeated(run: Callable[[], Array], what: str) -> Array:
    """The result of a run; fails where a second one, with the same arguments and the same seeds, gives another."""
    first = run()
    same = np.array_equal(first, run())
    expect(same, "With the same arguments and seeds, {what} came out differently the second time.", what=what)
    return first
