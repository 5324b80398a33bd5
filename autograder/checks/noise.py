"""Whether residuals are what they must be: independent standard normal numbers.

Every bound below is a proven inequality, so the false-alarm rate of each is at most DELTA = 1e-13 for a right answer:
a Gaussian tail for the correlations, Laurent & Massart (2000, Lemma 1) for the variance, the Dvoretzky-Kiefer-
Wolfowitz inequality with Massart's constant for the distribution, and Hoeffding (1963, Theorem 1) for a share of
independent items, alike or not. A check makes fewer than 10,000 such comparisons.
"""

import math
from statistics import NormalDist

import numpy as np

from checks.judge import expect
from checks.oracle.arrays import Array
from grader.outcomes import Wrong

DELTA = 1e-13
X = math.log(2 / DELTA)
TAIL = 7.6  # P(|N(0, 1)| > 7.6) = 3e-14
SHARES = np.arange(1, 1024) / 1024
QUANTILES = np.array([NormalDist().inv_cdf(share) for share in SHARES])  # of N(0, 1): where its shape is looked at


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
        said = "the noise is that of the step before, but must be fresh" if repeated else "no fresh noise was added"
        raise Wrong(f"{where}, {said}.")
    if moments_fit(fresh, []):
        raise Wrong(f"{where}, the mean is wrong, or the noise is not fresh.")
    raise Wrong(
        f"{where}, what is added to the right mean is {times(ratio)} as the noise must be: "
        "look at σ_t, at the mean, and whether each number gets noise of its own."
    )


def times(ratio: float) -> str:
    """How large something wrong is, in words; never "1 times"."""
    return f"{ratio:.2g} times as large" if f"{ratio:.2g}" != "1" else "nearly, but not, as large"


def moments_fit(r: Array, known: list[Array]) -> bool:
    """Whether the numbers have variance 1 and no projection on the known arrays, within the bounds above."""
    n, energy, width = r.size, float(r @ r), 2 * math.sqrt(r.size * X)
    projections = [abs(float(r @ other)) / (math.sqrt(float(other @ other)) or 1.0) for other in known]
    return n - width <= energy <= n + width + 2 * X and max(projections, default=0.0) <= TAIL


def normal_shape(residuals: Array, what: str) -> None:
    """Fail unless the numbers, pooled, have the distribution function of N(0, 1)."""
    expect(shape_fits(residuals), f"{what} is not distributed as standard normal noise is.")


def shape_fits(residuals: Array) -> bool:
    """Whether the numbers, pooled, have the distribution function of N(0, 1), within the bound above."""
    below = np.searchsorted(np.sort(residuals, axis=None), QUANTILES) / residuals.size
    gap = np.abs(below - SHARES).max()  # at most that of all numbers, which is what the inequality bounds
    return bool(gap <= math.sqrt(X / (2 * residuals.size)))


def fresh_everywhere(drawn: list[Array], what: str) -> None:
    """Fail unless the steps together have variance 1, and no two items, of one step or of two, got like noise.

    Given item j, the projection of item i on it is N(0, 1): 8.2 for some 120,000 pairs is a rate of 3e-11.
    """
    pooled = np.stack(drawn)
    items = pooled[:: -(-len(pooled) // 10)].reshape(-1, pooled[0][0].size)
    alike = np.abs(np.triu(items @ items.T, 1)) / np.linalg.norm(items, axis=1)
    expect(alike.max() <= 8.2, f"{what} is not fresh: two items, or the same item in two steps, got the same noise.")
    size = times(math.sqrt(float(np.mean(pooled**2))))
    expect(moments_fit(pooled.ravel(), []), f"{what} is {size} as it must be, all steps together.")
    expect(moments_fit(pooled.ravel(), [np.ones(pooled.size)]), f"{what} has a mean, all steps together, but must not.")


def share_fits(count: int, n: int, share: float, slack: float) -> bool:
    """Whether `count` of n independent items is what a share within `slack` of `share` may give."""
    got = count / n
    p = min(max(got, share - slack), share + slack)  # the likeliest of the shares that may be right
    surprise = got * math.log(got / p) if got else 0.0
    surprise += (1 - got) * math.log((1 - got) / (1 - p)) if got < 1 else 0.0
    return n * surprise <= X
