"""The coefficients that follow from the key idea, in numbers."""

from collections.abc import Callable

from course.quiz.mistakes import by_formula
from course.quiz.question import Question, Text, formula, grid
from course.quiz.strata import COEFFICIENTS
from oracle import steps

SLIDE = "Key Idea"


def _marginal(part: int, omega_0: float = 0.0) -> Callable[..., float]:
    """Mean at x_0 = 1, or variance, of x_prev given x_0: Hint 2."""
    return lambda omega_t, sigma, a: float(steps.ddim_marginal(omega_0, omega_t, 0.0, sigma, a)[part])


QUESTIONS = [
    Question(
        "hint_2",
        SLIDE,
        COEFFICIENTS,
        Text(
            "Let $x$ be Gaussian with standard deviation $<s>$, and $y$, given $x$, Gaussian with mean $<k> x + 1$ "
            "and standard deviation $<r>$. What is the variance of $y$?",
            "設 $x$ 是高斯分布，標準差 $<s>$；給定 $x$ 時， $y$ 是高斯分布，mean 是 $<k> x + 1$，標準差 $<r>$。$y$ "
            "的 variance 是多少？",
        ),
        (formula(r"\sigma_y^2 + a^2 \sigma_x^2"),),
        lambda s, k, r: _marginal(1)(k, r, 1 - s**2),
        {
            "square_missing": lambda s, k, r: r**2 + abs(k) * s**2,
            "factor_missing": lambda s, k, r: r**2 + s**2,
            "deviations_added": lambda s, k, r: (r + abs(k) * s) ** 2,
        },
        grid(s=(0.5, 0.6, 0.8, 1), k=(-3, -2, 0.5, 2, 3), r=(0.5, 1, 2)),
    ),
    Question(
        "variance_of_the_marginal",
        SLIDE,
        COEFFICIENTS,
        Text(
            r"A step has $\omega_t = <omega_t>$ and $\sigma_t = <sigma>$, and $q_\sigma(x_t \mid x_0)$ is the "
            r"forward jump with $\bar\alpha_t = <a>$. What is the variance of $q_\sigma(x_{t-1} \mid x_0)$?",
            r"某一步的 $\omega_t = <omega_t>$、 $\sigma_t = <sigma>$，而 $q_\sigma(x_t \mid x_0)$ 是 "
            r"$\bar\alpha_t = <a>$ 的正向跳躍。$q_\sigma(x_{t-1} \mid x_0)$ 的 variance 是多少？",
        ),
        (formula(r"\sigma_t^2 + \omega_t^2 (1 - \bar\alpha_t)"),),
        _marginal(1),
        {
            "square_missing": lambda omega_t, sigma, a: sigma**2 + omega_t * (1 - a),
            "sigma_not_squared": lambda omega_t, sigma, a: sigma + omega_t**2 * (1 - a),
            "one_minus_missing": lambda omega_t, sigma, a: sigma**2 + omega_t**2 * a,
        },
        grid(omega_t=(0.1, 0.3, 0.5, 0.8), sigma=(0.2, 0.3, 0.5, 0.6), a=(0.1, 0.2, 0.25, 0.3, 0.6, 0.75)),
    ),
    Question(
        "mean_of_the_marginal",
        SLIDE,
        COEFFICIENTS,
        Text(
            r"A step has $\omega_0 = <omega_0>$, $\omega_t = <omega_t>$ and $b = 0$, and $q_\sigma(x_t \mid x_0)$ is "
            r"the forward jump with $\bar\alpha_t = <a>$. What is the mean of $q_\sigma(x_{t-1} \mid x_0)$ for "
            "$x_0 = <x_0>$?",
            r"某一步的 $\omega_0 = <omega_0>$、 $\omega_t = <omega_t>$、 $b = 0$，而 $q_\sigma(x_t \mid x_0)$ 是 "
            r"$\bar\alpha_t = <a>$ 的正向跳躍。當 $x_0 = <x_0>$ 時， $q_\sigma(x_{t-1} \mid x_0)$ 的 mean 是多少？",
        ),
        (formula(r"\omega_0 x_0 + \omega_t \sqrt{\bar\alpha_t} x_0 + b"),),
        lambda omega_0, omega_t, a, x_0: _marginal(0, omega_0)(omega_t, 0.0, a) * x_0,
        {
            "mean_not_scaled": lambda omega_0, omega_t, a, x_0: (omega_0 + omega_t) * x_0,
            "signal_not_rooted": lambda omega_0, omega_t, a, x_0: (omega_0 + omega_t * a) * x_0,
            "term_missing": lambda omega_0, omega_t, a, x_0: omega_0 * x_0,
        },
        grid(omega_0=(0.1, 0.2, 0.4), omega_t=(0.3, 0.5, 0.6), a=(0.04, 0.09, 0.16, 0.25, 0.36, 0.64), x_0=(-2, 1, 2)),
    ),
    Question(
        "omega_t",
        SLIDE,
        COEFFICIENTS,
        Text(
            r"A DDIM step goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$ with $\sigma_t = <sigma>$. What "
            r"is $\omega_t$, the factor of $x_t$?",
            r"DDIM 的一步從 $\bar\alpha_t = <a>$ 走到 $\bar\alpha_{t-1} = <p>$， $\sigma_t = <sigma>$。$x_t$ 的係數 "
            r"$\omega_t$ 是多少？",
        ),
        (formula(r"\omega_t = \sqrt{\frac{1 - \bar\alpha_{t-1} - \sigma_t^2}{1 - \bar\alpha_t}}"),),
        **by_formula(
            "ddim_coefficients", "a p sigma", "direction_ignores_sigma", "omega_t_bare", "direction_not_rooted", part=1
        ),
        variants=[
            {"a": a, "p": p, "sigma": sigma}
            for a in (0.19, 0.36, 0.51, 0.64)
            for p, sigma in (
                *((0.64, 0.36), (0.64, 0.48), (0.75, 0.3), (0.75, 0.4)),
                *((0.84, 0.24), (0.84, 0.32), (0.96, 0.12), (0.96, 0.16), (0.36, 0.48), (0.36, 0.64)),
            )
            if a < p
        ],
        about=("omegas",),
    ),
    Question(
        "omega_0",
        SLIDE,
        COEFFICIENTS,
        Text(
            r"A DDIM step goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$ with $\sigma_t = <sigma>$. What "
            r"is $\omega_0$, the factor of $x_0$?",
            r"DDIM 的一步從 $\bar\alpha_t = <a>$ 走到 $\bar\alpha_{t-1} = <p>$， $\sigma_t = <sigma>$。$x_0$ 的係數 "
            r"$\omega_0$ 是多少？",
        ),
        (
            formula(
                r"\omega_0 = \sqrt{\bar\alpha_{t-1}} - \sqrt{\bar\alpha_t} \sqrt{\frac{1 - \bar\alpha_{t-1} - "
                r"\sigma_t^2}{1 - \bar\alpha_t}}"
            ),
        ),
        **by_formula("ddim_coefficients", "a p sigma", "omega_0_bare", "negative_root", "omegas_swapped", part=0),
        variants=[
            {"a": a, "p": p, "sigma": sigma}
            for a in (0.0784, 0.36, 0.64)
            for p, sigmas in ((0.36, (0, 0.48, 0.64)), (0.64, (0, 0.36, 0.48)), (0.9216, (0,)))
            for sigma in sigmas
            if a < p
        ],
        about=("omegas",),
    ),
    Question(
        "largest_sigma",
        "DDIM",
        COEFFICIENTS,
        Text(
            r"A DDIM step goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$. What is the largest $\sigma_t$ "
            "that it can have?",
            r"DDIM 的一步從 $\bar\alpha_t = <a>$ 走到 $\bar\alpha_{t-1} = <p>$。$\sigma_t$ 最大可以是多少？",
        ),
        (formula(r"\sqrt{1 - \bar\alpha_{t-1}}"),),
        lambda a, p: steps.ddim_sigma_max(p),
        {
            "variance_for_sigma": lambda a, p: 1 - p,
            "alpha_bar_t_for_prev": lambda a, p: (1 - a) ** 0.5,
            "one_minus_missing": lambda a, p: p**0.5,
        },
        [{"a": a, "p": p} for a in (0.1, 0.3, 0.36, 0.5) for p in (0.36, 0.51, 0.64, 0.75, 0.84, 0.91, 0.96) if a < p],
        about=("largest_sigma",),
    ),
    Question(
        "posterior_variance",
        "DDPM Reverse Process",
        COEFFICIENTS,
        Text(
            r"A DDPM step goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$. What is the variance of "
            r"$q(x_{t-1} \mid x_t, x_0)$?",
            r"DDPM 的一步從 $\bar\alpha_t = <a>$ 走到 $\bar\alpha_{t-1} = <p>$。$q(x_{t-1} \mid x_t, x_0)$ 的 "
            "variance 是多少？",
        ),
        (
            formula(
                r"\tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t, \quad \beta_t = 1 - "
                r"\frac{\bar\alpha_t}{\bar\alpha_{t-1}}"
            ),
        ),
        **by_formula("ddpm_posterior", "0 0 a p", "standard_deviation", "fixed_large", "beta_is_a_difference", part=1),
        variants=[
            {"a": a, "p": p}
            for a, p in (
                *((0.1, 0.25), (0.1, 0.4), (0.2, 0.4), (0.25, 0.4), (0.2, 0.5), (0.6, 0.75), (0.5, 0.8), (0.6, 0.8)),
                *((0.75, 0.8), (0.36, 0.6), (0.28, 0.4), (0.28, 0.7)),
            )
        ],
    ),
]
