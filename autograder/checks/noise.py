"""Whether residuals are what they must be: independent standard normal numbers.

The bounds are those of `oracle.normal`, each with a false-alarm rate of at most 1e-13 for a right answer. A check makes
fewer than 10,000 such comparisons.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checks.judge import expect
from grader.checking import Wrong, phrase
from oracle.arrays import Array, f64
from oracle.normal import moments_fit, shape_fits


def are_standard_normal(residuals: Array, known: list[Array], drawn: list[Array]) -> NDArray[np.bool_]:
    """Whether the residuals of each step are, by the bounds of `standard_normal`: (steps,).

    known: arrays of the residuals' shape; drawn: the noise of the steps before. Each step's is known to the next.
    """
    r, *others = (array.reshape(len(residuals), -1) for array in (residuals, *known))
    first = drawn[-1].reshape(1, -1) if drawn else np.zeros_like(r[:1])
    before = np.concatenate([first, r[:-1]])
    return moments_fit(r, [np.ones_like(r[:1]), *others, before])


def standard_normal(residual: Array, known: list[Array], drawn: list[Array], where: str) -> None:
    """Fail unless `residual` has variance 1, mean 0 and no correlation with a known array, or with the last one drawn.

    known: arrays of the residual's shape, as the state and the model's answer; drawn: the noise of the steps before.
    Given them, the projection of fresh noise on each is N(0, 1).
    """
    r = residual.ravel()
    before = [noise.ravel() for noise in drawn[-1:]]
    beside = [np.ones(r.size), *(other.ravel() for other in known), *before]
    if moments_fit(r, beside):
        return
    basis, _ = np.linalg.qr(np.stack(beside, axis=1))
    fresh = r - basis @ (basis.T @ r)  # what no multiple of the arrays explains
    ratio = math.sqrt(float(fresh @ fresh) / r.size)
    if ratio <= 1e-6:
        repeated = any(abs(float(r @ z)) > (1 - 1e-9) * np.linalg.norm(r) * np.linalg.norm(z) > 0 for z in before)
        expect(not repeated, "{where}, the noise is that of the step before, but must be fresh.", where=where)
        raise Wrong(phrase("{where}, no fresh noise was added.", where=where))
    expect(not moments_fit(fresh, []), "{where}, the mean is wrong, or the noise is not fresh.", where=where)
    raise Wrong(
        phrase(
            "{where}, what is added to the right mean is {size} as the noise must be: "
            "look at σ_t, at the mean, and whether each number gets noise of its own.",
            where=where,
            size=times(ratio),
        )
    )


def times(ratio: float) -> str:
    """How large something wrong is, in words; never "1 times"."""
    if f"{ratio:.2g}" == "1":
        return phrase("nearly, but not, as large")
    return phrase("{ratio:.2g} times as large", ratio=ratio)


def normal_shape(residuals: Array, what: str) -> None:
    """Fail unless the numbers, pooled, have the distribution function of N(0, 1)."""
    expect(shape_fits(residuals), "{what} is not distributed as standard normal noise is.", what=what)


def fresh_everywhere(drawn: ArrayLike, what: str) -> None:
    """Fail unless the steps together have variance 1, and no two items, of one step or of two, got like noise.

    Given item j, the projection of item i on it is N(0, 1): 8.2 for some 120,000 pairs is a rate of 3e-11.
    """
    pooled = f64(drawn)
    items = pooled[:: -(-len(pooled) // 10)].reshape(-1, pooled[0][0].size)
    alike = np.abs(np.triu(items @ items.T, 1)) / np.linalg.norm(items, axis=1)
    expect(
        alike.max() <= 8.2,
        "{what} is not fresh: two items, or the same item in two steps, got the same noise.",
        what=what,
    )
    size, right = times(math.sqrt(float(np.mean(pooled**2)))), moments_fit(pooled.ravel(), [])
    expect(right, "{what} is {size} as it must be, all steps together.", what=what, size=size)
    right = moments_fit(pooled.ravel(), [np.ones(pooled.size)])
    expect(right, "{what} has a mean, all steps together, but must not.", what=what)
