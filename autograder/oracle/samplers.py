"""The samplers as plain loops over `steps`. A state is (B, *D), float64.

`eps_model(x, t)` gets t as an int64 array (B,). `noise()` returns an array like the state, and is called once
a step, whether the step uses it or not. ValueError: tau is not what `step_pairs` expects.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oracle import steps
from oracle.arrays import Array, f64

EpsModel = Callable[[Array, NDArray[np.int64]], ArrayLike]
Noise = Callable[[], ArrayLike]


def step_pairs(alpha_bar: ArrayLike, tau: ArrayLike) -> list[tuple[int, int, float, float]]:
    """(t, t_prev, alpha_bar_t, alpha_bar_prev) of each step in the order of sampling: τ_S → … → τ_1 → 0.

    ValueError: tau is empty, does not ascend strictly, or leaves 1..T.
    """
    table, times = f64(alpha_bar), [0, *(int(t) for t in np.asarray(tau))]
    pairs = list(zip(times[1:], times[:-1], strict=True))
    if not pairs or times[-1] >= len(table) or any(t <= t_prev for t, t_prev in pairs):
        raise ValueError(f"expected tau to ascend strictly within 1..{len(table) - 1}, got {times[1:]}")
    return [(t, t_prev, float(table[t]), float(table[t_prev])) for t, t_prev in reversed(pairs)]


def ddpm_sample(eps_model: EpsModel, x_T: ArrayLike, alpha_bar: ArrayLike, noise: Noise) -> Array:
    """x_0 by ancestral sampling on the full chain T → … → 0 (DDPM, Alg. 2, σ² = β̃)."""
    x = f64(x_T)
    for t, _, alpha_bar_t, alpha_bar_prev in step_pairs(alpha_bar, range(1, np.size(alpha_bar))):
        x = steps.ddpm_step(x, eps_model(x, _batch(t, x)), alpha_bar_t, alpha_bar_prev, noise())
    return x


def ddim_sample(
    eps_model: EpsModel, x_T: ArrayLike, alpha_bar: ArrayLike, tau: ArrayLike, eta: float, noise: Noise
) -> Array:
    """x_0 by DDIM on τ_S → … → τ_1 → 0, from the state at τ_S (DDIM, Eq. 12 and Sec. 4.2)."""
    x = f64(x_T)
    for t, _, alpha_bar_t, alpha_bar_prev in step_pairs(alpha_bar, tau):
        x = steps.ddim_step(x, eps_model(x, _batch(t, x)), alpha_bar_t, alpha_bar_prev, eta, noise())
    return x


def ddim_invert(
    eps_model: EpsModel, x_0: ArrayLike, alpha_bar: ArrayLike, tau: ArrayLike, at_present: bool = False
) -> Array:
    """The state at τ_S by η = 0 run backwards, 0 → τ_1 → … → τ_S, eps of the present state (DDIM, Sec. 4.3).

    The model is asked at the step it goes to; with at_present at max(1, present step), also right in 2.12.
    """
    x = f64(x_0)
    for t_next, t, alpha_bar_next, alpha_bar_t in reversed(step_pairs(alpha_bar, tau)):
        eps = eps_model(x, _batch(max(1, t) if at_present else t_next, x))
        x = steps.q_sample(steps.predict_x_0(x, alpha_bar_t, eps), alpha_bar_next, eps)
    return x


def annealed_langevin_sample(
    score_fn: Callable[[Array, float], ArrayLike],
    x: ArrayLike,
    sigmas: ArrayLike,
    step_size: float,
    steps_per_sigma: int,
    noise: Noise,
) -> Array:
    """x after steps_per_sigma Langevin steps at each sigma in turn (NCSN, Alg. 1, in the lecture's form).

    The size of a step goes with sigma², and is step_size at the last sigma.
    """
    x, levels = f64(x), [float(sigma) for sigma in f64(sigmas)]
    for sigma in levels:
        for _ in range(steps_per_sigma):
            x = steps.langevin_step(x, score_fn(x, sigma), step_size * (sigma / levels[-1]) ** 2, noise())
    return x


def _batch(t: int, x: Array) -> NDArray[np.int64]:
    """The step t for each item of x, (B,) int64."""
    return np.full(x.shape[0], t, np.int64)
