"""What every function of states and coefficients promises beside its formula."""

from collections.abc import Callable
from typing import Any

import numpy as np

from checks import cases
from checks.cases import COLUMN, IMAGES, ONE, POINTS, SCHEDULES
from checks.judge import EXACT, SINGLE, close, expect, kept, pair_of
from checks.oracle.arrays import Array
from grader.examiner import describe
from grader.session import Returned
from grader.wire import Seed

SHAPES = (ONE, COLUMN, POINTS, IMAGES)
MOST = 10  # times that a loss may ask about an item; what it reports comes from the worker, so it could be endless
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


def asked_about_each_item(returned: Returned, x_t: Array, t: np.ndarray, tolerance: float) -> np.ndarray:
    """Fail unless the public model of a loss was asked about every item (x_t, t), and about nothing else.

    In one call or several, in any order, twice if need be; tolerance: relative to the largest number in x_t.
    Returns the states that it was asked with.
    """
    expect(returned.model_calls, "The loss never called the model.")
    expect(len(returned.model_calls) <= MOST * len(t), "The loss called the model far more often than it has items.")
    for call in returned.model_calls:
        x, steps = pair_of(call, "x_t, t")
        right = isinstance(steps, np.ndarray) and steps.dtype == np.int64 and steps.ndim == 1
        expect(right, f"The model got t as {describe(steps)}; expected int64 of shape (B,).")
        right = isinstance(x, np.ndarray) and x.shape == (len(steps), *x_t.shape[1:])
        expect(right, f"The model got {describe(x)} as x_t, with a t for {len(steps)} items.")
    count = sum(len(steps) for _, steps in returned.model_calls)
    expect(count <= MOST * len(t), "The loss asked the model about far more items than it has.")
    off = tolerance * np.abs(x_t).max()
    asked = [(x, step) for call in returned.model_calls for x, step in zip(*call)]
    found = [{i for i in np.flatnonzero(t == step) if np.abs(x - x_t[i]).max() <= off} for x, step in asked]
    expect(all(found), "The model got an x_t or a t that no item of the batch has.")
    expect(set().union(*found) == set(range(len(t))), "The model was not asked about every item of the batch.")
    return np.concatenate([x for x, _ in returned.model_calls])


def draws_from_generator(run: Callable[[Seed | None, int], Array], what: str) -> None:
    """Fail unless the result of run(generator, global_seed) depends on its generator alone, or on torch's for None."""
    first = run(Seed(1), 1)
    expect(np.array_equal(first, run(Seed(1), 2)), f"With one generator, {what} changed with torch's global seed.")
    expect(not np.allclose(first, run(Seed(2), 1)), f"Another seed of the generator gave the same {what}.")
    without = run(None, 1)
    expect(np.array_equal(without, run(None, 1)), f"Without a generator, torch's global seed did not fix {what}.")
    expect(not np.allclose(without, run(None, 2)), f"Without a generator, {what} does not come from torch's own.")
