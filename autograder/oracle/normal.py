"""Whether numbers are what right ones are: independent and standard normal, or shares of independent items.

Every bound below is a proven inequality, so the false-alarm rate of each is at most DELTA = 1e-13 for a right answer:
a Gaussian tail for the correlations, Laurent & Massart (2000, Lemma 1) for the variance, the Dvoretzky-Kiefer-
Wolfowitz inequality with Massart's constant for the distribution, and Hoeffding (1963, Theorem 1) for a share of
independent items, alike or not.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from oracle.arrays import Array

DELTA = 1e-13
X = math.log(2 / DELTA)
TAIL = 7.6  # P(|N(0, 1)| > 7.6) = 3e-14
SHARES = np.arange(1, 1024) / 1024
QUANTILES = np.array([NormalDist().inv_cdf(share) for share in SHARES])  # of N(0, 1): where its shape is looked at


def moments_fit(r: Array, known: list[Array]) -> NDArray[np.bool_]:
    """Whether numbers (..., n) have variance 1 and no projection on known arrays, within the bounds above: (...)."""
    n, energy, width = r.shape[-1], _product(r, r), 2 * math.sqrt(r.shape[-1] * X)
    fits = (n - width <= energy) & (energy <= n + width + 2 * X)
    for other in known:
        size = np.sqrt(_product(other, other))
        fits &= np.abs(_product(r, other)) <= TAIL * np.where(size > 0, size, 1.0)
    return fits


def _product(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("...i,...i", a, b))


def shape_fits(residuals: Array) -> bool:
    """Whether the numbers, pooled, have the distribution function of N(0, 1), within the bound above."""
    below = np.searchsorted(np.sort(residuals, axis=None), QUANTILES) / residuals.size
    gap = np.abs(below - SHARES).max()  # at most that of all numbers, which is what the inequality bounds
    return bool(gap <= math.sqrt(X / (2 * residuals.size)))


def share_fits(count: int, n: int, share: float, slack: float) -> bool:
    """Whether `count` of n independent items is what a share within `slack` of `share` may give."""
    got = count / n
    p = min(max(got, share - slack), share + slack)  # the likeliest of the shares that may be right
    surprise = got * math.log(got / p) if got else 0.0
    surprise += (1 - got) * math.log((1 - got) / (1 - p)) if got < 1 else 0.0
    return n * surprise <= X
