"""A mixture of Gaussians as data: the exact noise predictor, and where a state lies in each Gaussian."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oracle.arrays import Array, along_first_axis, f64

ITEMS = 80  # looked at together: as many as a processor keeps at hand


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """x_0 ~ Σ_k weights_k N(means_k, covariances_k): (K,), (K, d) and (K, d, d), no covariance singular.

    A state is (B, d). The noise is the same along every axis, so each Gaussian keeps its principal axes at all steps.
    """

    weights: Array
    means: Array
    covariances: Array

    @cached_property
    def axes(self) -> tuple[Array, Array]:
        """Variances (K, d), falling, along the principal axes of each Gaussian, and the axes, columns (K, d, d)."""
        variances, axes = np.linalg.eigh(f64(self.covariances))
        return np.ascontiguousarray(variances[:, ::-1]), np.ascontiguousarray(axes[..., ::-1])

    def eps(self, x_t: ArrayLike, alpha_bar_t: ArrayLike) -> Array:
        """E[eps | x_t] (B, d): the mean over the Gaussians that x_t may come from, each by its own Bayes' rule.

        Given Gaussian k it is √(1 - ᾱ_t) V_k⁻¹ (x_t - √ᾱ_t mean_k), as Cov(eps, x_t) = √(1 - ᾱ_t) I.
        """
        back, along = np.swapaxes(self.axes[1], 1, 2), []
        for deviation, variance in self._deviations(x_t, alpha_bar_t):
            scaled = deviation / variance
            joint = self._log_joint(deviation, scaled, variance)
            share = np.exp(joint - joint.max(axis=0))
            share /= share.sum(axis=0)
            scaled *= share[..., None]
            along.append(np.matmul(scaled, back).sum(axis=0))
        return f64(np.sqrt(1 - along_first_axis(alpha_bar_t, x_t)) * np.concatenate(along))

    def log_density(self, x_t: ArrayLike, alpha_bar_t: ArrayLike = 1.0) -> Array:
        """log q(x_t), (B,). Its gradient is the score: -eps/√(1 - ᾱ_t)."""
        parts = self._deviations(x_t, alpha_bar_t)
        joint = [self._log_joint(deviation, deviation / variance, variance) for deviation, variance in parts]
        return f64(np.logaddexp.reduce(np.concatenate(joint, axis=1), axis=0))

    def place(self, x_0: ArrayLike) -> tuple[NDArray[np.int64], Array]:
        """The likeliest Gaussian of each item, (B,), and the item's squared distance from its mean along each axis.

        The latter is (B, d), in units of the variances: each a χ² of one degree of freedom for draws of that Gaussian.
        """
        likeliest, squares = [], []
        for deviation, variance in self._deviations(x_0, 1.0):
            scaled = deviation / variance
            k = self._log_joint(deviation, scaled, variance).argmax(axis=0)
            likeliest.append(k)
            squares.append((deviation * scaled)[k, np.arange(len(k))])
        return np.concatenate(likeliest), f64(np.concatenate(squares))

    def moments(self) -> tuple[Array, Array]:
        """Mean (d,) and covariance (d, d) of the whole: what is within the Gaussians, and between their means."""
        mean = self.weights @ self.means
        apart = self.means - mean
        return f64(mean), f64(np.tensordot(self.weights, self.covariances, 1) + (self.weights * apart.T) @ apart)

    def _deviations(self, x_t: ArrayLike, alpha_bar_t: ArrayLike) -> Iterator[tuple[Array, Array]]:
        """x_t - √ᾱ_t mean_k along the axes of each Gaussian, (K, b, d), and its variance, (K, 1 or b, d).

        b items at a time, in order.
        """
        (variances, axes), x, a = self.axes, f64(x_t), along_first_axis(alpha_bar_t, x_t)
        means = np.matmul(self.means[:, None], axes)
        for first in range(0, len(x), ITEMS):
            part = slice(first, first + ITEMS)
            b = a[part] if a.ndim else a
            yield np.matmul(x[part], axes) - np.sqrt(b) * means, b * variances[:, None] + (1 - b)

    def _log_joint(self, deviation: Array, scaled: Array, variance: Array) -> Array:
        """log(weights_k q(x_t | k)), (K, b). scaled: the deviations over the variances."""
        exponent = np.einsum("kbd,kbd->kb", deviation, scaled) + np.log(2 * np.pi * variance).sum(axis=-1)
        return f64(np.log(self.weights)[:, None] - exponent / 2)
