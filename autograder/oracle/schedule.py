"""Noise schedules and sub-sequences of steps. Time is 1-based: alpha_bar[0] == 1 is clean data."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def linear_alpha_bar(T: int, beta_1: float = 1e-4, beta_T: float = 0.02) -> NDArray[np.float64]:
    """alpha_bar (T+1,) for beta evenly spaced from beta_1 at t = 1 to beta_T at t = T.

    Source: Ho et al. 2020 (DDPM), Sec. 4.
    """
    return _alpha_bar(1 - np.linspace(beta_1, beta_T, T))


def cosine_alpha_bar(T: int, s: float = 0.008, max_beta: float = 0.999) -> NDArray[np.float64]:
    """alpha_bar (T+1,) = f(t)/f(0) with f(t) = cos²((t/T + s)/(1 + s) · π/2), each beta clipped at max_beta.

    Source: Nichol & Dhariwal 2021, Eq. 17. The clip keeps alpha_bar[T] above 0, where f vanishes.
    """
    f = [math.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2 for t in range(T + 1)]
    return _alpha_bar(np.array([max(f[t] / f[t - 1], 1 - max_beta) for t in range(1, T + 1)]))


def even_timesteps(T: int, S: int, start: str = "trailing") -> NDArray[np.int64]:
    """tau (S,), ascending, tau[-1] == T: one of the two even spacings, to the nearest integers.

    trailing: i T/S; linspace: 1 + (i-1)(T-1)/(S-1), which holds step 1; i = 1..S. S = 1 gives [T] in both.
    ValueError: S not in 1..T, or another start.
    """
    if not 1 <= S <= T:
        raise ValueError(f"expected 1 <= S <= T, got S = {S}, T = {T}")
    if start == "trailing":
        return np.array([_round_ratio(i * T, S) for i in range(1, S + 1)], np.int64)
    if start == "linspace":
        gaps = max(S - 1, 1)  # with S = 1 the only step is T, not 1
        return np.array([T - _round_ratio((S - i) * (T - 1), gaps) for i in range(1, S + 1)], np.int64)
    raise ValueError(f"expected start 'trailing' or 'linspace', got {start!r}")


def is_even(tau: Any, T: int, S: int) -> bool:
    """Whether tau answers task 2.10: S integers of 1..T, strictly ascending, the last T, and evenly spaced.

    Even: every |tau_i - iT/S| <= 1, or every |tau_i - (1 + (i-1)(T-1)/(S-1))| <= 1; exact, in integers.
    """
    tau = np.asarray(tau)
    if S < 1 or tau.shape != (S,) or not np.issubdtype(tau.dtype, np.integer):
        return False
    steps, i = tau.astype(np.int64), np.arange(1, S + 1)
    if steps[0] < 1 or steps[-1] != T or (np.diff(steps) <= 0).any():
        return False
    trailing = (abs(steps * S - i * T) <= S).all()
    linspace = (abs((steps - 1) * (S - 1) - (i - 1) * (T - 1)) <= S - 1).all()
    return bool(trailing or linspace)


def _alpha_bar(alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running product of alpha_1..alpha_T behind a leading 1."""
    alpha_bar = np.ones(len(alpha) + 1)
    for t, alpha_t in enumerate(alpha, 1):
        alpha_bar[t] = alpha_bar[t - 1] * alpha_t
    return alpha_bar


def _round_ratio(numerator: int, denominator: int) -> int:
    """numerator/denominator to the nearest integer, halves up, without a float."""
    return (2 * numerator + denominator) // (2 * denominator)
