"""How a check decides: the few comparisons that every check is made of.

A value is held to `ROUGH` times the scale of the computation, so that a right formula in float32 inside passes (but for
a posterior or a score where 1 − ᾱ is small); that float64 stays float64 is a promise of its own, held to `EXACT` in one
check of each task.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from grader.checking import Call, Returned, Wrong, describe, phrase, tame
from oracle.arrays import Array

ROUGH = 1e-5  # for values in float64, whatever the student computes in
SINGLE = 1e-4  # for float32 states
IN_SINGLE = 2e-3  # for a small σ_t, relative to it, that may have been computed in float32
EXACT = 1e-10  # for float64 states with float64 coefficients
NEARLY = phrase(
    ": perhaps a number is kept in float32, a small guard or floor is added, or the formula is a little off"
)


def expect(condition: Any, sentence: str, **values: object) -> None:
    """Fail the check with a sentence for the student, whose {names} are filled in, unless the condition holds."""
    if not condition:
        raise Wrong(phrase(sentence, **values))


def for_shape(what: str, shape: tuple[int, ...]) -> str:
    """What was asked for states of a shape, in words."""
    return phrase("{what} for shape {shape}", what=what, shape=shape)


def numbers(value: Any, shape: tuple[int, ...], what: str) -> Array:
    """The value as a float64 array; fails unless it is a real tensor of exactly this shape, nowhere NaN or huge."""
    right = isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64) and value.shape == shape
    expect(
        right,
        "{what} is {value}; expected a float32 or float64 tensor of shape {shape}.",
        what=what,
        value=describe(value),
        shape=shape,
    )
    expect(tame(value), "{what} has NaN, infinite or huge values.", what=what)
    return value.astype(np.float64)


def close(value: Any, want: ArrayLike, what: str, scale: ArrayLike = 1.0, tolerance: float = ROUGH) -> None:
    """Fail unless `value` has the shape of `want` and is within tolerance · scale of it everywhere."""
    want = np.asarray(want, np.float64)
    got = numbers(value, want.shape, what)
    error = np.abs(got - want)
    off = ~(error <= tolerance * np.asarray(scale))
    if off.any():
        nearly = tolerance < ROUGH and np.all(error <= ROUGH * np.asarray(scale))
        perhaps = NEARLY if nearly else ""
        expect(np.any(want[off]), "{what} is not 0 where it must be{perhaps}.", what=what, perhaps=perhaps)
        expect(not nearly, "{what} is only nearly right{perhaps}.", what=what, perhaps=perhaps)
        expect(off.size > 1, "{what} is not what it must be.", what=what)
        count = np.count_nonzero(off)
        raise Wrong(
            phrase("{what} is not what it must be (in {count} of {all} places).", what=what, count=count, all=off.size)
        )


def pair_of(value: Any, what: str) -> list[Any]:
    """The two or three parts of an answer that is a tuple."""
    count = what.count(",") + 1
    few = isinstance(value, list) and len(value) < 10
    found = phrase("a tuple of {count}", count=len(value)) if few else describe(value)
    right = isinstance(value, list) and len(value) == count
    said = {"found": found, "count": count, "what": what}
    expect(right, "The function returned {found}; expected {count} values: {what}.", **said)
    return value


def zero(b: Any) -> None:
    """Fail unless `b` is the number or the 0-d tensor 0 (or one zero for each coefficient)."""
    right = isinstance(b, (int, float)) or isinstance(b, np.ndarray) and b.ndim <= 1 and b.size
    right = right and not isinstance(b, bool)
    expect(right, "b is {b}; expected a number or a 0-d tensor.", b=describe(b))
    expect(np.all(np.asarray(b) == 0), "b must be 0: any other value moves the mean of q(x_prev | x_0).")


def kept(returned: Returned, state: np.ndarray, value: Any, what: str) -> None:
    """Fail unless the arguments are as they were and `value` has the dtype of `state`."""
    expect(not returned.changed, "The function changed one of the tensors that it was given; work on a copy.")
    said = {"what": what, "dtype": state.dtype}
    right = isinstance(value, np.ndarray)
    expect(right, "{what} is {value}; expected a {dtype} tensor.", value=describe(value), **said)
    right = value.dtype == state.dtype
    expect(right, "{what} came out as {got} for a {dtype} input; it must keep the dtype.", got=value.dtype, **said)


def without_graph(returned: Returned, what: str) -> None:
    """Fail unless what a sampler returned carries no graph."""
    expect(not returned.carries_graph, "{what} carries a graph: sample under torch.no_grad().", what=what)


def asked_plainly(call: Call) -> None:
    """Fail unless a model was asked with t as it must be."""
    expect(call.t_is_plain, "The model got t as {t}; expected int64 of shape (B,).", t=call.t_as_asked)
