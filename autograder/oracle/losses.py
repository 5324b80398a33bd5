"""Both losses of a model, a function of (x_t, t), with their gradients at its answers.

Arguments: model; x_0 and eps (B, *D); t (B,) integers in 1..T; alpha_bar (T+1,).
Result: (loss, d loss / d answer), a plain float and (B, *D).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from oracle import steps
from oracle.arrays import Array, f64

Model = Callable[[Array, np.ndarray], Array]
Loss = tuple[float, Array]


def noise_prediction_loss(model: Model, x_0: ArrayLike, t: ArrayLike, eps: ArrayLike, alpha_bar: ArrayLike) -> Loss:
    """The simple loss: the model at (x_t, t) against eps, mean square over all elements (DDPM, Eq. 14)."""
    t = np.asarray(t)
    return _mean_square(model(steps.q_sample(x_0, f64(alpha_bar)[t], eps), t) - f64(eps))


def score_matching_loss(model: Model, x_0: ArrayLike, t: ArrayLike, eps: ArrayLike, alpha_bar: ArrayLike) -> Loss:
    """Denoising score matching: the model at (x_t, t) against the score of q(x_t | x_0).

    Unweighted mean square over all elements (NCSN, Eq. 2, without the ½).
    """
    t = np.asarray(t)
    alpha_bar_t = f64(alpha_bar)[t]
    x_t = steps.q_sample(x_0, alpha_bar_t, eps)
    return _mean_square(model(x_t, t) - steps.score_from_eps(eps, alpha_bar_t))


def _mean_square(residual: Array) -> Loss:
    return float(np.mean(residual**2)), 2 * residual / residual.size
