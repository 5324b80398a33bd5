"""Both losses of the public model scale · x_t + shift + slope · t, with their gradients in its three numbers.

Arguments: scale, shift, slope numbers; x_0 and eps (B, *D); t (B,) integers in 1..T; alpha_bar (T+1,).
Result: (loss, {"scale": d loss/d scale, "shift": …, "slope": …}), plain floats.
"""

import numpy as np
from numpy.typing import ArrayLike

from . import steps
from .arrays import Array, along_first_axis, f64

Loss = tuple[float, dict[str, float]]


def noise_prediction_loss(
    scale: float,
    shift: float,
    slope: float,
    x_0: ArrayLike,
    t: ArrayLike,
    eps: ArrayLike,
    alpha_bar: ArrayLike,
) -> Loss:
    """The simple loss: the model at (x_t, t) against eps, mean square over all elements (DDPM, Eq. 14)."""
    x_t = steps.q_sample(x_0, f64(alpha_bar)[np.asarray(t)], eps)
    return _mean_square(scale, shift, slope, x_t, t, f64(eps))


def score_matching_loss(
    scale: float,
    shift: float,
    slope: float,
    x_0: ArrayLike,
    t: ArrayLike,
    eps: ArrayLike,
    alpha_bar: ArrayLike,
) -> Loss:
    """Denoising score matching: the model at (x_t, t) against the score of q(x_t | x_0).

    Unweighted mean square over all elements (NCSN, Eq. 2, without the ½).
    """
    alpha_bar_t = f64(alpha_bar)[np.asarray(t)]
    x_t = steps.q_sample(x_0, alpha_bar_t, eps)
    return _mean_square(scale, shift, slope, x_t, t, steps.score_from_eps(eps, alpha_bar_t))


def _mean_square(scale: float, shift: float, slope: float, x_t: Array, t: ArrayLike, target: Array) -> Loss:
    """The mean of residual² = (model - target)², and its gradient: the mean of 2 residual · d model."""
    d_model = {"scale": x_t, "shift": np.ones_like(x_t), "slope": along_first_axis(t, x_t)}
    residual = scale * x_t + shift + slope * d_model["slope"] - target
    gradients = {name: float(np.mean(2 * residual * d)) for name, d in d_model.items()}
    return float(np.mean(residual**2)), gradients
