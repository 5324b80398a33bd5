"""What one step of a sampler was, by regression: ω₀, ω_t, b and σ, with their standard errors.

Of each step x_t, ε and x_prev are known, so x_prev = ω₀ x_0|t + ω_t x_t + b + σ z is a regression: σ is what it leaves.
"""

import math
from dataclasses import dataclass

import numpy as np

MOST = 4096  # numbers of a state that are looked at
SURE = 6.0  # standard errors; one right step in 500 million is further off
DIGITS = 1e-4  # what rounding may move a coefficient
NAMES = ("omega_0", "omega_t", "sigma")


@dataclass(frozen=True)
class Value:
    """A coefficient that was found, its standard error and the right value (None where no step belongs here)."""

    found: float
    error: float
    right: float | None

    @property
    def off(self) -> bool:
        """Whether chance and rounding do not explain the distance."""
        return self.right is not None and not abs(self.found - self.right) <= SURE * self.error + self.slack

    def __str__(self) -> str:
        return figure(self.found)

    @property
    def slack(self) -> float:
        return DIGITS * max(1.0, abs(self.right or 0.0))


def figure(value: float) -> str:
    """Three digits; what is rounding beside coefficients is 0."""
    return f"{0.0 if abs(value) < 1e-9 else value:.3g}"


def regress(
    x_t: np.ndarray, eps: np.ndarray, x_prev: np.ndarray, alpha_bar_t: float
) -> dict[str, tuple[float, float]] | None:
    """(value, standard error) of omega_0, omega_t, b, sigma; None where x_t and ε are too much alike to tell.

    In terms of x_t and ε, with x_0|t = (x_t - c ε)/s: x_prev = (ω₀/s + ω_t) x_t - (ω₀ c/s) ε + b + σ z.
    """
    s, c = math.sqrt(alpha_bar_t), math.sqrt(1 - alpha_bar_t)
    y = x_prev.ravel()[:MOST].astype(np.float64)
    columns = np.stack([x_t.ravel()[:MOST], eps.ravel()[:MOST], np.ones(y.size)]).astype(np.float64)
    sizes = np.sqrt(np.einsum("ij,ij->i", columns, columns))
    if c == 0 or not np.all(sizes > 0):
        return None
    columns /= sizes[:, None]
    gram = columns @ columns.T
    if np.linalg.eigvalsh(gram)[0] < 1e-6:
        return None
    inverse = np.linalg.inv(gram)
    solution = inverse @ (columns @ y)
    rest = y - solution @ columns
    sigma = math.sqrt(float(rest @ rest) / (y.size - 3))
    of_x, of_eps, b = solution / sizes
    covariance = sigma**2 * inverse / np.outer(sizes, sizes)
    variance_t = covariance[0, 0] + covariance[1, 1] / c**2 + 2 * covariance[0, 1] / c
    return {
        "omega_0": (float(-of_eps * s / c), s / c * math.sqrt(covariance[1, 1])),
        "omega_t": (float(of_x + of_eps / c), math.sqrt(max(variance_t, 0.0))),
        "b": (float(b), math.sqrt(covariance[2, 2])),
        "sigma": (sigma, sigma / math.sqrt(2 * y.size)),
    }


def keeps_marginal(values: dict[str, Value], alpha_bar_t: float, alpha_bar_prev: float) -> bool:
    """Whether x_prev has mean √ᾱ_prev x_0 and variance 1 - ᾱ_prev, as far as the regression can tell."""
    omega_0, omega_t, sigma = (values[name] for name in NAMES)
    s, variance = math.sqrt(alpha_bar_t), 1 - alpha_bar_t
    signal = omega_0.found + omega_t.found * s - math.sqrt(alpha_bar_prev)
    noise = omega_t.found**2 * variance + sigma.found**2 - (1 - alpha_bar_prev)
    of_signal = omega_0.error + s * omega_t.error
    of_noise = 2 * (abs(omega_t.found) * variance * omega_t.error + sigma.found * sigma.error)
    return abs(signal) <= SURE * of_signal + DIGITS and abs(noise) <= SURE * of_noise + DIGITS
