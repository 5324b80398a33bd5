"""`python -m workshop errata`: for each misprint of the lecture's slides, the slide's number and the right one.

What a slide prints is written out here, as printed; what is right comes from the oracle. The schedule is the linear
one with T = 1000. `starter/README.md` has the same numbers, row for row.
"""

import json
from dataclasses import dataclass

import numpy as np

from grader.paths import STARTER
from oracle import gaussian, mixture, schedule, steps

T = 1000
ALPHA_BAR = schedule.linear_alpha_bar(T)
BLURRED = gaussian.GaussianData(0.0, 0.5)  # data N(0, 0.5²)
PAPER = json.loads((STARTER / "diffusion" / "paper_table.json").read_text("utf-8"))["data"]["cifar10"]["fid"]


@dataclass(frozen=True)
class Erratum:
    """One row: a slide's number and the right one, and the point at which both are taken."""

    task: str
    slide: str
    point: str
    printed: float
    right: float

    @property
    def numbers(self) -> str:
        return f"{number(self.printed)} / {number(self.right)}"


def number(value: float) -> str:
    """With four decimals, but what has two or less, and what is tiny or huge, as short as it is."""
    if value == round(value, 2):
        return f"{value:g}"
    if abs(value) > 1000:
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) > 1e-4 else f"{value:.1e}"


def table() -> list[Erratum]:
    """All rows that have a number, in the order of the handout's table."""
    return [Erratum(task, slide, point, *map(float, values)) for task, slide, point, values in _rows()]


def show() -> str:
    """The table as lines of text."""
    rows = [("task", "slide", "at", "slide / right"), *((e.task, e.slide, e.point, e.numbers) for e in table())]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join("  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths)), row[3]]) for row in rows)


def _rows() -> list[tuple[str, str, str, tuple[float, float]]]:
    return [
        ("1.3", "Loss Function", "t = 500, η = 0.5 over η = 1", (1, _elbo_weight(0.5) / _elbo_weight(1))),
        ("1.4", "DDPM Reverse Process", "t = 10, x_t = x_0 = 1", _posterior(10)),
        ("1.4", "DDPM Reverse Process", "t = 500, the sum of the weights", (1, _posterior(500)[1])),
        ("1.5", "DDPM Reverse Process", "t = 500", _noise(500)),
        ("1.5", "Accelerating Sampling Process", "CIFAR-10, S = 1000", (float(PAPER["0"][-1]), float(PAPER["σ̂"][-1]))),
        ("2.2", "Tweedie's Formula", "data ±1, ᾱ_t = 0.5, x_t = 0.3 made of x_0 = 1", _tweedie()),
        ("2.3", "Noise-Conditional …", "the best network, data N(0, 0.5²), ᾱ_t = 0.5", _matching()),
        ("2.3", "Noise-Conditional …", "the mean of x_t, t = 500, x_0 = 1", (1, np.sqrt(ALPHA_BAR[500]))),
        ("2.3", "Noise-Conditional …", "t = 1 over t = 1000", (1, (1 - ALPHA_BAR[T]) / (1 - ALPHA_BAR[1]))),
        (
            "2.3",
            "Noise-Conditional …",
            "data N(0, 0.5²), t = 500, x_t = 1",
            (0, BLURRED.score([1.0], ALPHA_BAR[500])[0]),
        ),
        ("2.4", "Langevin Dynamics", "mean from x = 5 to N(0, 1), η = 1e-6, T = 10³ and 10⁷", _langevin()),
        ("2.5", "Annealed Langevin Dynamics", "least noise trained on", tuple(np.sqrt(1 - ALPHA_BAR[[2, 1]]))),
        ("2.6", "Stochastic Differential Equations", "variance kept, N(0, 1), β = 1, dt = 0.001", _reverse_sde()),
        ("2.7", "Controlling Stochasticity", "spread, data N(0, 0.5²), S = 50, η = 1", _spread(_slide_sigma, 1)),
        ("2.7", "Controlling Stochasticity", "1000 → 900, η = 1", (_table_sigma(T, 900), _sigma(T, 900))),
        ("2.8", "DDIM, arbitrary σ_t²", "σ_t and its maximum, 1000 → 900, η = 1.3", _too_large()),
        ("2.8", "Key Idea, A2", "spread, data N(0, 0.5²), S = 50, η = 0, minus", _spread(_sigma, -1)),
        ("2.9", "DDIM, σ_t² = 0", "spread of x_T when x_0 is given", (0, np.sqrt(1 - ALPHA_BAR[T]))),
    ]


def _sigma(t: int, prev: int, eta: float = 1.0) -> float:
    return float(steps.ddim_sigma(ALPHA_BAR[t], ALPHA_BAR[prev], eta))


def _slide_sigma(t: int, prev: int, eta: float = 1.0) -> float:
    """η √((1 − ᾱ_prev)/(1 − ᾱ_t)) β_t, as printed."""
    a, p = ALPHA_BAR[t], ALPHA_BAR[prev]
    return float(eta * ((1 - p) / (1 - a)) ** 0.5 * (1 - a / p))


def _table_sigma(t: int, prev: int) -> float:
    a, p = ALPHA_BAR[t], ALPHA_BAR[prev]
    return float(((1 - p) / (1 - a) * (1 - a / ALPHA_BAR[t - 1])) ** 0.5)


def _posterior(t: int) -> tuple[float, float]:
    a, p = ALPHA_BAR[t], ALPHA_BAR[t - 1]
    printed = ((a / p) ** 0.5 * (1 - p) - p**0.5 * (1 - a / p)) / (1 - a) ** 0.5
    return float(printed), float(steps.ddpm_posterior(1.0, 1.0, a, p)[0])


def _noise(t: int) -> tuple[float, float]:
    variance = steps.ddpm_posterior(1.0, 1.0, ALPHA_BAR[t], ALPHA_BAR[t - 1])[1]
    return _slide_sigma(t, t - 1), float(np.sqrt(variance))


def _elbo_weight(eta: float, t: int = 500) -> float:
    """The factor of |ε − ε̂|² in the KL divergence of step t: the squared difference of the means over 2σ²."""
    a, sigma = ALPHA_BAR[t], _sigma(t, t - 1, eta)
    omega_0 = steps.ddim_coefficients(a, ALPHA_BAR[t - 1], sigma)[0]
    return float((omega_0 * steps.predict_x_0([0.0], a, [1.0])[0]) ** 2 / (2 * sigma**2))


def _tweedie() -> tuple[float, float]:
    """√ᾱ_t x_0 as printed, and E[μ | x_t] by the marginal's score; the two points are Gaussians of variance 1e-10."""
    points = mixture.GaussianMixture(np.full(2, 0.5), np.array([[1.0], [-1.0]]), np.full((2, 1, 1), 1e-10))
    x_t = np.array([[0.3]])
    score = steps.score_from_eps(points.eps(x_t, 0.5), 0.5)
    return 0.5**0.5, steps.tweedie_mean(x_t, score, 0.5).item()


def _matching() -> tuple[float, float]:
    """E|s − ∇log q(x_t)|² and E|s − ∇log q(x_t | x_0)|² of s = ∇log q(x_t): by the slide's "=" one number, 0."""
    given_x_0, marginal = float(steps.score_from_eps([1.0], 0.5)[0]), float(BLURRED.score([1.0], 0.5)[0])
    return 0.0, given_x_0**2 - marginal**2 * (0.5 * 0.25 + 0.5)  # E ε² = 1; the marginal's variance is ᾱs² + 1 − ᾱ


def _langevin() -> tuple[float, float]:
    """Where the mean is after so many small steps: 10³, and 10⁷, by which ηT = 10."""
    gain = float(steps.langevin_step([1.0], [-1.0], 1e-6, [0.0])[0])
    return 5 * gain**1000, 5 * gain**10_000_000


def _reverse_sde(dt: float = 1e-3) -> tuple[float, float]:
    """The variance v that a step keeps, v = gain² v + noise²; the score of N(0, 1) is −x, and β = 1."""
    one, noise = (steps.reverse_sde_step([x], [-x], 1.0, dt, [z])[0] for x, z in ((1.0, 0.0), (0.0, 1.0)))
    printed = 1 - (-0.5 * dt + 1) * dt  # x − [f dt − g² score] dt at x = 1
    return float(dt / (1 - printed**2)), float(noise**2 / (1 - one**2))


def _too_large() -> tuple[float, float]:
    return _sigma(T, 900, 1.3), float(steps.ddim_sigma_max(ALPHA_BAR[900]))


def _spread(sigma: object, sign: int) -> tuple[float, float]:
    """The standard deviation that 50 steps put out: with another σ_t at η = 1 or the other root at η = 0; rightly."""
    eta, variance = (1.0 if sign > 0 else 0.0), 1.0
    tau = schedule.even_timesteps(T, 50)
    for t, prev in zip(tau[::-1], [*tau[-2::-1], 0]):
        a, p = ALPHA_BAR[t], ALPHA_BAR[prev]
        spread = sigma(t, prev, eta)  # type: ignore[operator]
        omega_t = sign * float(steps.ddim_coefficients(a, p, spread)[1])
        slope = BLURRED._denoise(np.zeros(1), a)[1]  # of E[x_0 | x_t]
        variance = float((omega_t + (p**0.5 - omega_t * a**0.5) * slope) ** 2 * variance + spread**2)
    return variance**0.5, float(BLURRED.ddim_output(ALPHA_BAR, tau, eta)[1])
