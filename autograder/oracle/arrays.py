"""What the other modules share: float64 arrays, coefficients beside states, and Bayes' rule for Gaussians."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def f64(value: ArrayLike) -> Array:
    """The value as a float64 array; no copy where it is one."""
    return np.asarray(value, np.float64)


def along_first_axis(coefficient: ArrayLike, state: ArrayLike) -> Array:
    """The coefficient, shaped to go with the first axis of state (B, *D): () stays, (B,) becomes (B, 1, …).

    ValueError: any other shape.
    """
    c, shape = f64(coefficient), np.shape(state)
    if c.ndim and c.shape != shape[:1]:
        raise ValueError(f"expected a coefficient of shape () or {shape[:1]} for a state {shape}, got {c.shape}")
    return c.reshape(c.shape + (1,) * (len(shape) - 1)) if c.ndim else c


def bayes(
    mean: ArrayLike, variance: ArrayLike, factor: ArrayLike, noise_variance: ArrayLike, y: ArrayLike
) -> tuple[Array, Array]:
    """Mean and variance of x given y, where x ~ N(mean, variance) and y ~ N(factor x, noise_variance).

    Precisions add: 1/v = 1/variance + factor²/noise_variance; multiplied out by variance · noise_variance, so
    that a prior of variance 0 is allowed.
    """
    mean, variance, factor, noise_variance = f64(mean), f64(variance), f64(factor), f64(noise_variance)
    total = noise_variance + factor**2 * variance
    posterior_mean = (noise_variance * mean + variance * factor * f64(y)) / total
    return f64(posterior_mean), f64(variance * noise_variance / total)
