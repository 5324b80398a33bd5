"""One step of each kind, in the order of the lecture. All arrays that come out are float64.

A state is (B, *D). A coefficient (alpha_bar_t, alpha_bar_prev, sigma_t, beta, variance) is a number, 0-d or
(B,); 0 < alpha_bar_t < alpha_bar_prev <= 1. ValueError: a coefficient of another shape.
"""

import numpy as np
from numpy.typing import ArrayLike

from oracle.arrays import Array, along_first_axis, bayes, f64

ROUNDING = 1e-12  # a variance so little below 0 is rounding; further below, an argument was wrong


def q_sample(x_0: ArrayLike, alpha_bar_t: ArrayLike, eps: ArrayLike) -> Array:
    """x_t, the forward jump from x_0 (DDPM, Eq. 4)."""
    a = along_first_axis(alpha_bar_t, x_0)
    return f64(np.sqrt(a) * f64(x_0) + np.sqrt(1 - a) * f64(eps))


def predict_x_0(x_t: ArrayLike, alpha_bar_t: ArrayLike, eps: ArrayLike) -> Array:
    """x_0_pred, from which q_sample with this eps gives x_t (DDIM, Eq. 9)."""
    a = along_first_axis(alpha_bar_t, x_t)
    return f64((f64(x_t) - np.sqrt(1 - a) * f64(eps)) / np.sqrt(a))


def ddpm_posterior(
    x_0: ArrayLike, x_t: ArrayLike, alpha_bar_t: ArrayLike, alpha_bar_prev: ArrayLike
) -> tuple[Array, Array]:
    """(mean (B, *D), variance of the coefficients' shape) of q(x_prev | x_t, x_0) (DDPM, Eq. 6-7).

    Bayes' rule: the prior is the forward jump from x_0 to x_prev, the likelihood the forward step to x_t.
    """
    a, a_prev = along_first_axis(alpha_bar_t, x_t), along_first_axis(alpha_bar_prev, x_t)
    mean, _ = bayes(np.sqrt(a_prev) * f64(x_0), 1 - a_prev, np.sqrt(a / a_prev), (a_prev - a) / a_prev, x_t)
    return mean, _posterior_variance(alpha_bar_t, alpha_bar_prev)


def ddpm_step(x_t: ArrayLike, eps: ArrayLike, alpha_bar_t: ArrayLike, alpha_bar_prev: ArrayLike, z: ArrayLike) -> Array:
    """x_prev, drawn with the noise z (B, *D) from the posterior at x_0_pred (DDPM, Alg. 2, σ² = β̃)."""
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    return f64(mean + along_first_axis(np.sqrt(variance), x_t) * f64(z))


def score_from_eps(eps: ArrayLike, alpha_bar_t: ArrayLike) -> Array:
    """The score of q(x_t | x_0): -(x_t - mean)/variance, with x_t - mean = √variance eps (NCSN, Sec. 4.2)."""
    variance = 1 - along_first_axis(alpha_bar_t, eps)
    return f64(-np.sqrt(variance) * f64(eps) / variance)


def tweedie_mean(x: ArrayLike, score: ArrayLike, variance: ArrayLike) -> Array:
    """E[μ | x] where x ~ N(μ, variance) and score is that of x's marginal (Tweedie's formula, Efron 2011)."""
    return f64(f64(x) + along_first_axis(variance, x) * f64(score))


def langevin_step(x: ArrayLike, score: ArrayLike, step_size: float, z: ArrayLike) -> Array:
    """x after a drift step_size · score and noise of variance 2 step_size (NCSN, Eq. 4, ε = 2 step_size)."""
    drift, variance = step_size * f64(score), 2 * step_size
    return f64(f64(x) + drift + np.sqrt(variance) * f64(z))


def reverse_sde_step(x: ArrayLike, score: ArrayLike, beta: ArrayLike, dt: float, z: ArrayLike) -> Array:
    """x at dt > 0 earlier: one Euler-Maruyama step of dx = [f - g² score] dt + g dw (score SDE, Eq. 6, 11).

    The VP SDE has f = -½ beta x and g² = beta; going back in time turns the sign of the drift.
    """
    g_squared = along_first_axis(beta, x)
    drift = -g_squared / 2 * f64(x) - g_squared * f64(score)
    return f64(f64(x) - drift * dt + np.sqrt(g_squared * dt) * f64(z))


def ddim_sigma(alpha_bar_t: ArrayLike, alpha_bar_prev: ArrayLike, eta: float) -> Array:
    """sigma_t, a standard deviation of the coefficients' shape: eta times the posterior's (DDIM, Eq. 16)."""
    return f64(eta * np.sqrt(_posterior_variance(alpha_bar_t, alpha_bar_prev)))


def ddim_sigma_max(alpha_bar_prev: ArrayLike) -> Array:
    """The largest sigma_t that leaves x_prev its marginal: all its noise is fresh."""
    return f64(np.sqrt(1 - f64(alpha_bar_prev)))


def ddim_coefficients(
    alpha_bar_t: ArrayLike, alpha_bar_prev: ArrayLike, sigma_t: ArrayLike
) -> tuple[Array, Array, Array]:
    """(omega_0, omega_t, b), with which x_prev keeps its marginal N(√ᾱ_prev x_0, 1 - ᾱ_prev) (DDIM, Eq. 7).

    Noise:  omega_t² (1 - ᾱ_t) + sigma_t² = 1 - ᾱ_prev, of which omega_t is the positive root.
    Signal: omega_0 + omega_t √ᾱ_t = √ᾱ_prev, and b = 0, as the mean vanishes with x_0.
    ValueError: sigma_t below 0 or above ddim_sigma_max.
    """
    a, a_prev, sigma = f64(alpha_bar_t), f64(alpha_bar_prev), f64(sigma_t)
    sigma_max = ddim_sigma_max(a_prev)
    kept = (sigma_max - sigma) * (sigma_max + sigma)  # the variance left for the noise that x_t has already
    if not (np.all(kept >= -ROUNDING) and np.all(sigma >= 0)):
        raise ValueError(f"expected 0 <= sigma_t <= {sigma_max}, got {sigma}")
    omega_t = np.sqrt(np.maximum(kept, 0) / (1 - a))
    omega_0 = np.sqrt(a_prev) - omega_t * np.sqrt(a)
    return f64(omega_0), f64(omega_t), f64(np.zeros_like(omega_0))


def ddim_marginal(
    omega_0: ArrayLike, omega_t: ArrayLike, b: ArrayLike, sigma_t: ArrayLike, alpha_bar_t: ArrayLike
) -> tuple[Array, Array]:
    """(mean_factor, variance) of x_prev given x_0, when x_t has its marginal N(√ᾱ_t x_0, 1 - ᾱ_t): Hint 2.

    mean_factor is the mean at x_0 = 1, b included: the factor on x_0 where b is 0, as it has to be.
    """
    a, gain = f64(alpha_bar_t), f64(omega_t)
    return f64(f64(omega_0) + gain * np.sqrt(a) + f64(b)), f64(f64(sigma_t) ** 2 + gain**2 * (1 - a))


def ddim_step(
    x_t: ArrayLike,
    eps: ArrayLike,
    alpha_bar_t: ArrayLike,
    alpha_bar_prev: ArrayLike,
    eta: float,
    z: ArrayLike,
) -> Array:
    """x_prev, drawn with the noise z (B, *D) from q_σ(x_prev | x_t, x_0_pred) (DDIM, Eq. 12)."""
    sigma = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    coefficients = (*ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma), sigma)
    omega_0, omega_t, b, sigma_t = (along_first_axis(c, x_t) for c in coefficients)
    return f64(omega_0 * predict_x_0(x_t, alpha_bar_t, eps) + omega_t * f64(x_t) + b + sigma_t * f64(z))


def _posterior_variance(alpha_bar_t: ArrayLike, alpha_bar_prev: ArrayLike) -> Array:
    """The variance of q(x_prev | x_t, x_0), into which neither x_0 nor x_t enters."""
    a, a_prev = f64(alpha_bar_t), f64(alpha_bar_prev)
    return bayes(0.0, 1 - a_prev, np.sqrt(a / a_prev), (a_prev - a) / a_prev, 0.0)[1]
