"""The inputs of the checks: states, coefficients, schedules, sub-sequences. Fixed seeds; never shown to a student."""

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from checks.oracle import schedule
from checks.oracle.arrays import Array

POINTS, IMAGES, COLUMN, ONE = (4, 2), (3, 2, 5, 5), (6, 1), (1, 2)
T = 1000
SCHEDULES = {"linear": schedule.linear_alpha_bar(T), "cosine": schedule.cosine_alpha_bar(T)}
FINE = schedule.linear_alpha_bar(10, 1e-8, 1e-8)  # in float32, these steps lose their β_t

# A property is searched, not shrunk: what failed is never shown. The same examples on every machine, always.
searched = settings(derandomize=True, database=None, deadline=None, phases=(Phase.generate,), max_examples=60)


def states(seed: int, count: int, shape: tuple[int, ...] = POINTS) -> list[Array]:
    """`count` different states of standard normal numbers."""
    return list(np.random.default_rng(seed).standard_normal((count, *shape)))


@st.composite
def alpha_bars(draw: st.DrawFn, below: float = 1.0) -> np.float64:
    """An ᾱ_t from nearly pure noise, 1e-6, to `below`, dense near both ends."""
    u = draw(st.floats(1e-3, 1.0))
    return np.float64(below * (u**2 if draw(st.booleans()) else 1 - (1 - u) ** 3 * 0.999999))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.float64, np.float64]:
    """(ᾱ_t, ᾱ_prev), ᾱ_t < ᾱ_prev < 1: neighbours or far apart, of either schedule, or of none.

    The last step, ᾱ_prev = 1, has checks of its own.
    """
    if draw(st.booleans()):
        table = SCHEDULES[draw(st.sampled_from(sorted(SCHEDULES)))]
        t = draw(st.integers(2, T))
        prev = draw(st.sampled_from([1, t - 1, t // 2, max(1, t - 100)]))
        return np.float64(table[t]), np.float64(table[prev])
    a_prev = draw(st.floats(1e-3, 0.9999))
    return np.float64(a_prev * draw(st.floats(1e-3, 0.9999))), np.float64(a_prev)


def pair_batch(count: int, seed: int = 5, shortest: int = 1) -> tuple[Array, Array]:
    """ᾱ_t and ᾱ_prev, (count,) each, one pair for each item of a batch, from the linear schedule."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.choice(np.arange(60, T + 1), count, replace=False))[::-1]
    prev = t - rng.integers(shortest, 60, count)
    return SCHEDULES["linear"][t], SCHEDULES["linear"][prev]
