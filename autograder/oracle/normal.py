"""Whether numbers are what right ones are: independent and standard normal, or shares of independent items.

Every bound below is a proven inequality, so the false-alarm rate of each is at most DELTA = 1e-13 for a right answer:
a Gaussian tail for the correlations, Laurent & Massart (2000, Lemma 1) for the variance, the Dvoretzky-Kiefer-
Wolfowitz inequality with Massart's constant for the distribution, and Hoeffding (1963, Theorem 1) for a share of
independent items, alike or not.
"""

import math
from statistics import NormalDist

import numpy as np

from oracle.arrays import Array

DELTA = 1e-13
X = math.log(2 / DELTA)
TAIL = 7.6  # P(|N(0, 1)| > 7.6) = 3e-14
SHARES = np.arange(1, 1024) / 1024
QUANTILES = np.array([NormalDist().inv_cdf(share) for share in SHARES])  # of N(0, 1): where its shape is looked at


def moments_fit(r: Array, known: list[Array]) -> bool:
    """Whether the numbers (n,) have variance 1 and no projection on the known arrays (n,), within the bounds above."""
    n, energy, width = r.size, float(r @ r), 2 * math.sqrt(r.size * X)
    projections = [abs(float(r @ other)) / (math.sqrt(float(other @ other)) or 1.0) for other in known]
    return n - width <= energy <= n + width + 2 * X and max(projections, default=0.0) <= TAIL


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
