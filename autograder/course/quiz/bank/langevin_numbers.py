"""A Langevin step, a step of the reverse SDE, and noisy data, in numbers."""

from collections.abc import Callable

import numpy as np

from course.quiz.mistakes import by_formula
from course.quiz.question import Question, Text, formula, grid
from course.quiz.strata import LANGEVIN_NUMBERS
from oracle import gaussian, mixture, steps, wrong_chains

SLIDE, LEVELS = "Langevin Dynamics", "Noise-Conditional Score-Based Models"
SCORES = (-2, -1, -0.5, 0.5, 1, 2)


def _moved(cause: str) -> Callable[..., float]:
    """One Langevin step as the chain of a cause makes it."""
    make = next(each for key, each in wrong_chains.CHAINS["langevin_sample"] if key == cause)

    def step(x: float, h: float, s: float, z: float) -> float:
        move = make(h, 1).moves[0]
        return float(move.mean(np.float64(x), np.float64(s)) + move.sigma * z)

    return step


QUESTIONS = [
    Question(
        "langevin_step",
        SLIDE,
        LANGEVIN_NUMBERS,
        Text(
            r"Langevin dynamics is at $x = <x>$, where the score is $<s>$. With the step size $\eta = <h>$ and the "
            "noise $<z>$, where is it after one step?",
            r"Langevin dynamics 走到 $x = <x>$，那裡的 score 是 $<s>$。Step size $\eta = <h>$，noise 是 $<z>$，"
            "走一步之後在哪裡？",
        ),
        (formula(r"x + \eta \nabla_x \log q(x) + \sqrt{2 \eta} \varepsilon"),),
        lambda x, h, s, z: steps.langevin_step(x, s, h, z),
        {cause: _moved(cause) for cause in ("downhill", "ncsn_half_step", "noise_not_rooted")},
        grid(x=(-1, 0.5, 1, 2), h=(0.02, 0.08, 0.18, 0.5), s=SCORES, z=(-1, -0.5, 0.5, 1, 2)),
    ),
    Question(
        "reverse_step",
        "Stochastic Differential Equations",
        LANGEVIN_NUMBERS,
        Text(
            r"The forward SDE has $\mathbf f(x, t) = -\frac12 \beta x$ and $g(t)^2 = \beta$, with $\beta = <beta>$. "
            "At $x = <x>$ the score is $<s>$. Where does one Euler–Maruyama step of the reverse SDE lead, by "
            "$dt = <dt>$ back in time, with the noise $<z>$?",
            r"正向 SDE 的 $\mathbf f(x, t) = -\frac12 \beta x$、 $g(t)^2 = \beta$，其中 $\beta = <beta>$。在 "
            "$x = <x>$ 的 score 是 $<s>$。用 Euler–Maruyama 法走反向 SDE 的一步，時間倒退 $dt = <dt>$，noise 是 "
            "$<z>$，會走到哪裡？",
        ),
        (formula(r"x + \left(\tfrac12 \beta x + \beta \cdot \mathrm{score}\right) dt + \sqrt{\beta dt} z"),),
        **by_formula("reverse_sde_step", "x s beta dt z", "forward_drift", "time_not_turned", "noise_not_rooted"),
        variants=grid(x=(-2, -1, 1, 2), s=SCORES, beta=(1, 4), dt=(0.01, 0.04, 0.25), z=(-1, 1, 2)),
        about=("reverse_sde",),
    ),
    Question(
        "noisy_variance",
        LEVELS,
        LANGEVIN_NUMBERS,
        Text(
            "The data are $x_0 = <m>$ or $x_0 = -<m>$, equally often, and "
            r"$q(x_t \mid x_0) = \mathcal N(x_0, \sigma_t^2)$ with $\sigma_t = <sigma>$. What is the variance of "
            "$q(x_t)$?",
            r"資料是 $x_0 = <m>$ 或 $x_0 = -<m>$，機會各半，而 $q(x_t \mid x_0) = \mathcal N(x_0, \sigma_t^2)$，其中 "
            r"$\sigma_t = <sigma>$。$q(x_t)$ 的 variance 是多少？",
        ),
        (formula(r"\mathrm{Var}(x_t) = \mathrm{Var}(x_0) + \sigma_t^2"),),
        lambda m, sigma: (
            mixture.GaussianMixture(np.full(2, 0.5), np.array([[m], [-m]], float), np.full((2, 1, 1), sigma**2))
            .moments()[1]
            .item()
        ),
        {
            "conditional_for_marginal": lambda m, sigma: sigma**2,
            "deviations_added": lambda m, sigma: (m + sigma) ** 2,
            "square_missing": lambda m, sigma: m**2 + sigma,
        },
        grid(m=(1, 2, 3, 4), sigma=(0.5, 0.4, 0.6, 0.8, 1.5, 2, 3)),
    ),
    Question(
        "weight_of_a_level",
        LEVELS,
        LANGEVIN_NUMBERS,
        Text(
            "A noise predictor's answers are turned into scores. Its score-matching loss is the noise loss, up to a "
            r"weight for each step. How many times as large is the weight where $\bar\alpha_t = <a>$ as where "
            r"$\bar\alpha_t = <b>$?",
            "把 noise predictor 的答案換成 score。每一步的 score matching loss 是 noise 的 loss 乘上一個權重。在 "
            r"$\bar\alpha_t = <a>$ 的權重是在 $\bar\alpha_t = <b>$ 的幾倍？",
        ),
        (
            formula(
                r"\left\lVert s_\theta + \frac{\varepsilon_t}{\sqrt{1 - \bar\alpha_t}} \right\rVert^2 = \frac{\lVert "
                r"\varepsilon_t - \hat\varepsilon_\theta \rVert^2}{1 - \bar\alpha_t}"
            ),
        ),
        lambda a, b: (steps.score_from_eps(1.0, a) / steps.score_from_eps(1.0, b)) ** 2,
        {
            "one_scale": lambda a, b: 1.0,
            "square_missing": lambda a, b: steps.score_from_eps(1.0, a) / steps.score_from_eps(1.0, b),
            "upside_down": lambda a, b: (steps.score_from_eps(1.0, b) / steps.score_from_eps(1.0, a)) ** 2,
        },
        grid(a=(0.96, 0.84, 0.75, 0.9), b=(0.04, 0.36, 0.2, 0.1, 0.5)),
    ),
    Question(
        "score_of_noisy_gaussian",
        LEVELS,
        LANGEVIN_NUMBERS,
        Text(
            "The data are Gaussian with mean 0 and variance $<v>$. They are noised by the forward jump, with "
            r"$\bar\alpha_t = <a>$. What is the score of $q(x_t)$ at $x_t = <x_t>$?",
            r"資料是高斯分布，mean 是 0，variance 是 $<v>$。用正向跳躍加噪， $\bar\alpha_t = <a>$。$q(x_t)$ 在 "
            "$x_t = <x_t>$ 的 score 是多少？",
        ),
        (
            formula(
                r"q(x_t) = \mathcal N(0, \bar\alpha_t v + 1 - \bar\alpha_t), \quad \nabla \log q(x_t) = "
                r"-\frac{x_t}{\bar\alpha_t v + 1 - \bar\alpha_t}"
            ),
        ),
        lambda v, a, x_t: gaussian.GaussianData(0.0, v**0.5).score(np.float64(x_t), a),
        {
            "conditional_for_marginal": lambda v, a, x_t: -x_t / (1 - a),
            "standard_deviation": lambda v, a, x_t: -x_t / (a * v + 1 - a) ** 0.5,
            "signal_not_scaled": lambda v, a, x_t: -x_t / (v + 1 - a),
        },
        [
            {"v": v, "a": a, "x_t": x_t}
            for v, a in ((0.6, 0.5), (3, 0.5), (6, 0.2), (0.375, 0.8), (11, 0.1), (5, 0.75), (2, 0.25), (4, 0.2))
            for x_t in (-2, -1, -0.4, 0.4, 0.6, 1, 2)
        ],
    ),
]
