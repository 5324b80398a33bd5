"""How a check decides: the few comparisons that every check is made of.

A value is held to `ROUGH` times the scale of the computation, so that a right formula in float32 inside passes; that
float64 stays float64 is a promise of its own, held to `EXACT` in one check of each task.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from grader.checking import Returned, Wrong, describe, tame
from oracle.arrays import Array

ROUGH = 1e-5  # for values in float64, whatever the student computes in
SINGLE = 1e-4  # for float32 states
EXACT = 1e-10  # for float64 states with float64 coefficients
NEARLY = ": perhaps a number is kept in float32, a small guard or floor is added, or the formula is a little off"


def expect(condition: Any, sentence: str) -> None:
    """Fail the check with a sentence for the student unless the condition holds."""
    if not condition:
        raise Wrong(sentence)


def numbers(value: Any, shape: tuple[int, ...], what: str) -> Array:
    """The value as a float64 array; fails unless it is a real tensor of exactly this shape, nowhere NaN or huge."""
    right = isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64) and value.shape == shape
    expect(right, f"{what} is {describe(value)}; expected a float32 or float64 tensor of shape {shape}.")
    expect(tame(value), f"{what} has NaN, infinite or huge values.")
    return value.astype(np.float64)


def close(value: Any, want: ArrayLike, what: str, scale: ArrayLike = 1.0, tolerance: float = ROUGH) -> None:
    """Fail unless `value` has the shape of `want` and is within tolerance · scale of it everywhere."""
    want = np.asarray(want, np.float64)
    got = numbers(value, want.shape, what)
    error = np.abs(got - want)
    off = ~(error <= tolerance * np.asarray(scale))
    if off.any():
        nearly = tolerance < ROUGH and np.all(error <= ROUGH * np.asarray(scale))
        expect(np.any(want[off]), f"{what} is not 0 where it must be{NEARLY if nearly else ''}.")
        expect(not nearly, f"{what} is only nearly right{NEARLY}.")
        places = f" (in {np.count_nonzero(off)} of {off.size} places)" if off.size > 1 else ""
        raise Wrong(f"{what} is not what it must be{places}.")


def pair_of(value: Any, what: str) -> list[Any]:
    """The two or three parts of an answer that is a tuple."""
    count = what.count(",") + 1
    found = f"a tuple of {len(value)}" if isinstance(value, list) and len(value) < 10 else describe(value)
    right = isinstance(value, list) and len(value) == count
    expect(right, f"It returned {found}; expected {count} values: {what}.")
    return value


def zero(b: Any) -> None:
    """Fail unless `b` is the number or the 0-d tensor 0 (or one zero for each coefficient)."""
    right = isinstance(b, (int, float)) or isinstance(b, np.ndarray) and b.ndim <= 1 and b.size
    expect(right and not isinstance(b, bool), f"b is {describe(b)}; expected a number or a 0-d tensor.")
    expect(np.all(np.asarray(b) == 0), "b must be 0: any other value moves the mean of q(x_prev | x_0).")


def kept(returned: Returned, state: np.ndarray, value: Any, what: str) -> None:
    """Fail unless the arguments are as they were and `value` has the dtype of `state`."""
    expect(not returned.changed, "It changed one of the tensors that it was given; work on a copy.")
    expect(isinstance(value, np.ndarray), f"{what} is {describe(value)}; expected a {state.dtype} tensor.")
    got = value.dtype
    expect(got == state.dtype, f"{what} came out as {got} for a {state.dtype} input; it must keep the dtype.")
