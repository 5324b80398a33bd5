"""What every function of states and coefficients promises beside its formula."""

from collections.abc import Callable
from typing import Any

import numpy as np

from checks import cases
from checks.cases import IMAGES, LINE, POINTS, SCHEDULES
from checks.judge import EXACT, SINGLE, close, expect, kept, pair_of
from checks.oracle.arrays import Array
from grader.examiner import describe
from grader.session import Returned

SHAPES = (LINE, POINTS, IMAGES)
Arguments = Callable[[list[Any], Any, Any], tuple[Any, ...]]  # (three states, ᾱ_t, ᾱ_prev) -> the call's arguments


def keeps_its_promises(
    student: Any, function: str, arguments: Arguments, oracle: Callable[..., Array], what: str
) -> None:
    """Fail unless it is exact in float64, right in float32, keeps the dtype and leaves its arguments unchanged.

    One coefficient for all items and one for each; images, so that a wrong broadcast shows.
    """
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        states = [state.astype(dtype) for state in cases.states(70, 3, IMAGES)]
        linear = SCHEDULES["linear"]
        for pair in ((linear[500], linear[499]), cases.pair_batch(IMAGES[0])):
            given = arguments(states, *pair)
            returned = student(function, *given)
            scale = 8 / np.sqrt(np.min(pair[0]))
            close(returned.value, oracle(*given), what, scale, tolerance)
            kept(returned, states[0], returned.value, what)


def model_inputs(returned: Returned) -> tuple[np.ndarray, np.ndarray]:
    """x_t and t that the public model of a loss was asked with; of several calls (one an item, say), end to end."""
    expect(returned.model_calls, "The loss never called the model.")
    for call in returned.model_calls:
        _, t = pair_of(call, "x_t, t")
        right = isinstance(t, np.ndarray) and t.dtype == np.int64 and t.ndim == 1
        expect(right, f"The model got t as {describe(t)}; expected int64 of shape (B,).")
    x_t = [x for x, _ in returned.model_calls]
    expect(all(isinstance(x, np.ndarray) and x.ndim for x in x_t), "The model got something else than a state.")
    expect(len({x.shape[1:] for x in x_t}) == 1, "The model got states of different shapes.")
    times = np.concatenate([t for _, t in returned.model_calls])
    return np.concatenate(x_t), times.astype(np.float64)


def draws_from_generator(run: Callable[[int, int], Array], what: str) -> None:
    """Fail unless the result of run(generator_seed, global_seed) depends on the first of its seeds alone."""
    first = run(1, 1)
    expect(np.array_equal(first, run(1, 2)), f"With one generator seed, {what} changed with torch's global seed.")
    expect(not np.allclose(first, run(2, 1)), f"Another seed of the generator gave the same {what}; draw z from it.")
