"""Gaussian data: the exact noise predictor, and the exact distribution that a sampler puts out with it.

Each step of a sampler is affine in the state and adds Gaussian noise, so a Gaussian stays one: its mean and
variance are carried from step to step, without a sample. For a full covariance, work in its eigenbasis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from oracle import steps
from oracle.arrays import Array, along_first_axis, bayes, f64
from oracle.samplers import step_pairs


@dataclass(frozen=True, eq=False)
class GaussianData:
    """x_0 ~ N(mean, std²), elementwise; mean and std broadcast to the shape D of an item, std may be 0."""

    mean: ArrayLike
    std: ArrayLike

    def score(self, x_t: ArrayLike, alpha_bar_t: ArrayLike) -> Array:
        """The score (B, *D) of the marginal q(x_t) = N(√ᾱ_t mean, ᾱ_t std² + 1 - ᾱ_t)."""
        a = along_first_axis(alpha_bar_t, x_t)
        return f64((np.sqrt(a) * f64(self.mean) - f64(x_t)) / (a * f64(self.std) ** 2 + (1 - a)))

    def eps(self, x_t: ArrayLike, alpha_bar_t: ArrayLike) -> Array:
        """E[eps | x_t] (B, *D), the exact noise predictor: Cov(eps, x_t) / Var(x_t) · x_t's deviation."""
        covariance = np.sqrt(1 - along_first_axis(alpha_bar_t, x_t))
        return f64(covariance * -self.score(x_t, alpha_bar_t))

    def ddim_output(
        self,
        alpha_bar: ArrayLike,
        tau: ArrayLike,
        eta: float,
        x_T_mean: ArrayLike = 0.0,
        x_T_std: ArrayLike = 1.0,
    ) -> tuple[Array, Array]:
        """(mean, std) of ddim_sample's output, when the state at τ_S is N(x_T_mean, x_T_std²).

        x_prev = omega_0 E[x_0 | x_t] + omega_t x_t + b + sigma_t z; an exact x_0_pred is E[x_0 | x_t].
        """
        mean, variance = f64(x_T_mean), f64(x_T_std) ** 2
        for _, _, alpha_bar_t, alpha_bar_prev in step_pairs(alpha_bar, tau):
            sigma_t = steps.ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
            omega_0, omega_t, b = steps.ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
            x_0_pred, slope = self._denoise(mean, alpha_bar_t)
            mean = omega_0 * x_0_pred + omega_t * mean + b
            variance = (omega_0 * slope + omega_t) ** 2 * variance + sigma_t**2
        return f64(mean), f64(np.sqrt(variance))

    def ddpm_output(
        self, alpha_bar: ArrayLike, x_T_mean: ArrayLike = 0.0, x_T_std: ArrayLike = 1.0
    ) -> tuple[Array, Array]:
        """(mean, std) of ddpm_sample's output on the full chain, when x_T is N(x_T_mean, x_T_std²).

        The posterior's mean is linear in (x_0, x_t), so its derivative along x_t is its value at (slope, 1).
        """
        mean, variance = f64(x_T_mean), f64(x_T_std) ** 2
        for _, _, alpha_bar_t, alpha_bar_prev in step_pairs(alpha_bar, range(1, np.size(alpha_bar))):
            x_0_pred, slope = self._denoise(mean, alpha_bar_t)
            gain, fresh = steps.ddpm_posterior(slope, 1.0, alpha_bar_t, alpha_bar_prev)
            mean, _ = steps.ddpm_posterior(x_0_pred, mean, alpha_bar_t, alpha_bar_prev)
            variance = gain**2 * variance + fresh
        return mean, f64(np.sqrt(variance))

    def _denoise(self, x_t: Array, alpha_bar_t: float) -> tuple[Array, Array]:
        """E[x_0 | x_t] by Bayes' rule, and its slope in x_t: by the same rule, at x_t = 1 for a mean of 0."""
        observation = f64(self.std) ** 2, np.sqrt(alpha_bar_t), 1 - alpha_bar_t
        return bayes(self.mean, *observation, x_t)[0], bayes(0.0, *observation, 1.0)[0]


def w2(mean_a: ArrayLike, std_a: ArrayLike, mean_b: ArrayLike, std_b: ArrayLike) -> float:
    """The 2-Wasserstein distance of two diagonal Gaussians, in the data's unit (not squared).

    The sum runs over the shape to which the four broadcast: with a number for each of them, one dimension.
    """
    mean, std = f64(mean_a) - f64(mean_b), f64(std_a) - f64(std_b)
    return float(np.sqrt(np.sum(mean**2 + std**2)))
