"""One step, in numbers: deterministic, with fresh noise, of DDPM, and what the pair of steps decides."""

from collections.abc import Callable
from typing import Any

from course.quiz.mistakes import by_formula, function
from course.quiz.question import Question, Text, formula
from course.quiz.strata import STEPS
from oracle import steps

omegas = function("ddim_coefficients")


def _mean(coefficients: Callable[..., Any]) -> Callable[..., float]:
    """The mean of a DDIM step from its coefficients (omega_0, omega_t, b) of (ᾱ_t, ᾱ_prev, σ_t)."""

    def mean(x_t: float, eps: float, a: float, p: float, sigma: float) -> float:
        omega_0, omega_t, _ = coefficients(a, p, sigma)
        return float(omega_0 * steps.predict_x_0(x_t, a, eps) + omega_t * x_t)

    return mean


def _beta(a: float, p: float) -> float:
    """β_t of the pair, out of the posterior's variance."""
    return float(steps.ddpm_posterior(0.0, 0.0, a, p)[1] * (1 - a) / (1 - p))


QUESTIONS = [
    Question(
        "deterministic_step",
        "DDIM Reverse Process",
        STEPS,
        Text(
            r"A DDIM step with $\sigma_t = 0$ goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$. At "
            "$x_t = <x_t>$ the network predicts the noise $<eps>$. What is $x_{t-1}$?",
            r"$\sigma_t = 0$ 的 DDIM 從 $\bar\alpha_t = <a>$ 走一步到 $\bar\alpha_{t-1} = <p>$。在 $x_t = <x_t>$，"
            "network 預測的 noise 是 $<eps>$。$x_{t-1}$ 是多少？",
        ),
        (
            formula(
                r"\sqrt{\bar\alpha_{t-1}} \frac{x_t - \sqrt{1 - \bar\alpha_t} \hat\varepsilon}{\sqrt{\bar\alpha_t}} "
                r"+ \sqrt{1 - \bar\alpha_{t-1}} \hat\varepsilon"
            ),
        ),
        **by_formula(
            "ddim_step", "x_t eps a p 0 0", "direction_along_x_t", "direction_without_eps", "predicts_with_the_target"
        ),
        variants=[
            {"x_t": round(a**0.5 * x_0 + (1 - a) ** 0.5 * eps, 9), "eps": eps, "a": a, "p": p}
            for a, p in ((0.36, 0.64), (0.0784, 0.36), (0.0784, 0.64))
            for x_0 in (-2, -1, 1, 2)
            for eps in (-2, -1, -0.5, 0.5, 2)
        ],
        about=("ddim_mean",),
    ),
    Question(
        "mean_with_noise",
        "DDIM Reverse Process",
        STEPS,
        Text(
            r"A DDIM step with $\sigma_t = <sigma>$ goes from $\bar\alpha_t = <a>$ to $\bar\alpha_{t-1} = <p>$. At "
            r"$x_t = <x_t>$ the network predicts the noise $<eps>$. What is the mean $\tilde\mu$ of $x_{t-1}$?",
            r"$\sigma_t = <sigma>$ 的 DDIM 從 $\bar\alpha_t = <a>$ 走一步到 $\bar\alpha_{t-1} = <p>$。在 "
            r"$x_t = <x_t>$，network 預測的 noise 是 $<eps>$。$x_{t-1}$ 的 mean $\tilde\mu$ 是多少？",
        ),
        (
            formula(
                r"\tilde\mu = \sqrt{\bar\alpha_{t-1}} \frac{x_t - \sqrt{1 - \bar\alpha_t} "
                r"\hat\varepsilon}{\sqrt{\bar\alpha_t}} + \sqrt{1 - \bar\alpha_{t-1} - \sigma_t^2} \hat\varepsilon"
            ),
        ),
        _mean(steps.ddim_coefficients),
        {cause: _mean(omegas(cause)) for cause in ("direction_ignores_sigma", "direction_not_rooted", "negative_root")},
        [
            {"x_t": round(a**0.5 * x_0 + (1 - a) ** 0.5 * eps, 9), "eps": eps, "a": a, "p": p, "sigma": sigma}
            for a, p, sigma in (
                *((0.36, 0.64, 0.36), (0.36, 0.64, 0.48), (0.0784, 0.36, 0.48), (0.0784, 0.36, 0.64)),
                *((0.0784, 0.64, 0.36), (0.0784, 0.64, 0.48)),
            )
            for x_0 in (-2, -1, 1, 2)
            for eps in (-2, -1, 1, 2)
        ],
        about=("ddim_mean",),
    ),
    Question(
        "ddpm_mean",
        "DDPM vs. DDIM",
        STEPS,
        Text(
            r"A DDPM step has $\alpha_t = <alpha>$ and $\bar\alpha_t = <a>$. At $x_t = <x_t>$ the network predicts "
            r"the noise $<eps>$. What is the mean $\tilde\mu$ of $x_{t-1}$?",
            r"DDPM 的一步 $\alpha_t = <alpha>$、 $\bar\alpha_t = <a>$。在 $x_t = <x_t>$，network 預測的 noise 是 "
            r"$<eps>$。$x_{t-1}$ 的 mean $\tilde\mu$ 是多少？",
        ),
        (
            formula(
                r"\tilde\mu = \frac{1}{\sqrt{\alpha_t}} \left(x_t - \frac{1 - \alpha_t}{\sqrt{1 - \bar\alpha_t}} "
                r"\hat\varepsilon\right)"
            ),
        ),
        lambda x_t, eps, alpha, a: steps.ddpm_step(x_t, eps, a, a / alpha, 0.0),
        {
            "inverts_one_step": lambda x_t, eps, alpha, a: function("ddpm_step")("inverts_one_step")(
                x_t, eps, a, a / alpha, 0.0
            ),
            "mean_is_x_0_pred": lambda x_t, eps, alpha, a: function("ddpm_step")("mean_is_x_0_pred")(
                x_t, eps, a, a / alpha, 0.0
            ),
            "noise_not_rooted": lambda x_t, eps, alpha, a: (x_t - (1 - alpha) / (1 - a) * eps) / alpha**0.5,
        },
        [
            {"x_t": x_t, "eps": eps, "alpha": alpha, "a": a}
            for alpha, a in ((0.64, 0.36), (0.64, 0.19), (0.25, 0.19))
            for x_t in (-1.7, -1.3, -1, -0.5, 0.1, 0.2, 0.5, 0.8, 1, 1.3, 1.7, 2)
            for eps in (-2, -1.8, -1, -0.9, 0.9, 1, 1.8, 2)
        ],
        about=("ddpm_mean",),
    ),
    Question(
        "sigma_of_a_pair",
        "Controlling Stochasticity",
        STEPS,
        Text(
            r"DDIM with $\eta = <eta>$ makes a step from $\bar\alpha_t = <a>$ to $\bar\alpha_{\mathrm{prev}} = <p>$. "
            r"What is $\sigma_t$?",
            r"$\eta = <eta>$ 的 DDIM 從 $\bar\alpha_t = <a>$ 走一步到 $\bar\alpha_{\mathrm{prev}} = <p>$。$\sigma_t$ "
            "是多少？",
        ),
        (
            formula(
                r"\sigma_t = \eta \sqrt{\frac{1 - \bar\alpha_{\mathrm{prev}}}{1 - \bar\alpha_t} \left(1 - "
                r"\frac{\bar\alpha_t}{\bar\alpha_{\mathrm{prev}}}\right)}"
            ),
        ),
        **by_formula("ddim_sigma", "a p eta", "beta_outside_root", "variance_for_sigma", "eta_squared"),
        variants=[
            {"eta": eta, "a": a, "p": p}
            for a, p in ((0.04, 0.1), (0.04, 0.4), (0.28, 0.4), (0.36, 0.6), (0.28, 0.7))
            for eta in (0.2, 0.4, 0.5, 0.8)
        ],
        about=("sigma_t",),
    ),
    Question(
        "beta_of_a_pair",
        "Accelerating Sampling Process",
        STEPS,
        Text(
            r"A sub-sequence goes from step $<t>$ straight to step $<prev>$. The table has $\bar\alpha_{<t>} = <a>$, "
            r"$\bar\alpha_{<before>} = <q>$ and $\bar\alpha_{<prev>} = <p>$. What is the $\beta_t$ that $\sigma_t$ "
            "takes?",
            r"子序列從 step $<t>$ 直接走到 step $<prev>$。表裡的 $\bar\alpha_{<t>} = <a>$、 "
            r"$\bar\alpha_{<before>} = <q>$、 $\bar\alpha_{<prev>} = <p>$。$\sigma_t$ 裡要用的 $\beta_t$ 是多少？",
        ),
        (formula(r"\beta_t = 1 - \frac{\bar\alpha_t}{\bar\alpha_{\mathrm{prev}}}"),),
        lambda t, before, prev, a, q, p: _beta(a, p),
        {
            "table_beta_on_subsequence": lambda t, before, prev, a, q, p: _beta(a, q),
            "beta_is_a_difference": lambda t, before, prev, a, q, p: p - a,
            "one_minus_missing": lambda t, before, prev, a, q, p: a / p,
        },
        [
            {"t": t, "before": t - 1, "prev": t // 2, "a": a, "q": q, "p": p}
            for t, (a, q, p) in zip(
                (20, 30, 40, 50, 60, 70, 80, 90, 100),
                (
                    *((0.36, 0.4, 0.6), (0.2, 0.25, 0.5), (0.3, 0.4, 0.75), (0.12, 0.15, 0.3), (0.18, 0.2, 0.9)),
                    *((0.09, 0.1, 0.36), (0.3, 0.32, 0.4), (0.45, 0.5, 0.75), (0.27, 0.3, 0.9)),
                ),
            )
        ],
        about=("beta_of_pair",),
    ),
]
