"""The forward jump, its inverse, the score and Tweedie's formula, in numbers."""

from course.quiz.mistakes import by_formula, function
from course.quiz.question import Question, Text, formula, grid
from course.quiz.strata import SCORE_NUMBERS
from oracle import steps

SLIDE, TWEEDIE = "(Stein) Score Function", "Tweedie's Formula"
STATES = (-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2)
tweedie = function("tweedie_mean")


def _noise(a: float, x_0: float, x_t: float) -> float:
    """The noise with which the jump from x_0 gives x_t."""
    return (x_t - float(steps.q_sample(x_0, a, 0.0))) / (1 - a) ** 0.5


QUESTIONS = [
    Question(
        "jump",
        SLIDE,
        SCORE_NUMBERS,
        Text(
            r"Let $x_0 = <x_0>$, $\bar\alpha_t = <a>$ and $\varepsilon_t = <eps>$. What is $x_t$?",
            r"設 $x_0 = <x_0>$、$\bar\alpha_t = <a>$、$\varepsilon_t = <eps>$。$x_t$ 是多少？",
        ),
        (formula(r"x_t = \sqrt{\bar\alpha_t} x_0 + \sqrt{1 - \bar\alpha_t} \varepsilon_t"),),
        **by_formula("q_sample", "x_0 a eps", "noise_not_rooted", "factors_swapped", "noise_sign"),
        variants=grid(x_0=STATES, a=(0.36, 0.64), eps=STATES),
    ),
    Question(
        "predicted_data",
        TWEEDIE,
        SCORE_NUMBERS,
        Text(
            r"At a step with $\bar\alpha_t = <a>$ the network sees $x_t = <x_t>$ and predicts the noise $<eps>$. "
            r"What is $x_{0 \mid t}$?",
            r"某一步 $\bar\alpha_t = <a>$，network 看到 $x_t = <x_t>$，預測的 noise 是 $<eps>$。$x_{0 \mid t}$ "
            "是多少？",
        ),
        (formula(r"x_{0 \mid t} = \frac{x_t - \sqrt{1 - \bar\alpha_t} \hat\varepsilon}{\sqrt{\bar\alpha_t}}"),),
        **by_formula("predict_x_0", "x_t a eps", "not_divided", "noise_sign", "noise_not_rooted"),
        variants=grid(x_t=(-1.4, -1, -0.2, 0.2, 0.5, 0.8, 1, 1.4, 1.6, 2), a=(0.36, 0.64), eps=STATES),
    ),
    Question(
        "score_of_noise",
        SLIDE,
        SCORE_NUMBERS,
        Text(
            r"The noise in $x_t$ is $\varepsilon_t = <eps>$, and $\bar\alpha_t = <a>$. What is the score of "
            r"$q(x_t \mid x_0)$ at this $x_t$?",
            r"$x_t$ 裡的 noise 是 $\varepsilon_t = <eps>$，且 $\bar\alpha_t = <a>$。$q(x_t \mid x_0)$ 在這個 $x_t$ "
            "的 score 是多少？",
        ),
        (formula(r"\nabla_{x_t} \log q(x_t \mid x_0) = -\frac{\varepsilon_t}{\sqrt{1 - \bar\alpha_t}}"),),
        **by_formula("score_from_eps", "eps a", "score_sign", "score_not_rooted", "score_multiplied"),
        variants=grid(eps=(-1.2, -0.9, -0.6, -0.4, 0.3, 0.4, 0.6, 0.8, 1, 1.2, 1.6), a=(0.36, 0.64, 0.75, 0.84, 0.96)),
        about=("score",),
    ),
    Question(
        "score_of_state",
        SLIDE,
        SCORE_NUMBERS,
        Text(
            r"Let $\bar\alpha_t = <a>$ and $x_0 = <x_0>$. What is the score of $q(x_t \mid x_0)$ at $x_t = <x_t>$?",
            r"設 $\bar\alpha_t = <a>$、$x_0 = <x_0>$。$q(x_t \mid x_0)$ 在 $x_t = <x_t>$ 的 score 是多少？",
        ),
        (formula(r"\nabla_{x_t} \log q(x_t \mid x_0) = -\frac{x_t - \sqrt{\bar\alpha_t} x_0}{1 - \bar\alpha_t}"),),
        lambda a, x_0, x_t: steps.score_from_eps(_noise(a, x_0, x_t), a),
        {
            "score_sign": lambda a, x_0, x_t: -steps.score_from_eps(_noise(a, x_0, x_t), a),
            "score_is_minus_eps": lambda a, x_0, x_t: -_noise(a, x_0, x_t),
            "score_from_unscaled_data": lambda a, x_0, x_t: (x_0 - x_t) / (1 - a),
        },
        grid(a=(0.04, 0.25, 0.36, 0.64), x_0=(-2, -1, 1, 2), x_t=(-2, -1.4, -1.1, -0.2, 0.1, 0.2, 0.7, 1, 1.1, 1.4, 2)),
        about=("score",),
    ),
    Question(
        "tweedie_data",
        TWEEDIE,
        SCORE_NUMBERS,
        Text(
            r"At $x_t = <x_t>$ the score is $<s>$, and $\bar\alpha_t = <a>$. What does Tweedie's formula give for "
            "$x_0$?",
            r"在 $x_t = <x_t>$ 的 score 是 $<s>$，且 $\bar\alpha_t = <a>$。由 Tweedie's formula 得到的 $x_0$ 是多少？",
        ),
        (formula(r"\sqrt{\bar\alpha_t} x_0 = x_t + (1 - \bar\alpha_t) \cdot \mathrm{score}"),),
        lambda x_t, s, a: steps.tweedie_mean(x_t, s, 1 - a) / a**0.5,
        {
            "not_divided": lambda x_t, s, a: steps.tweedie_mean(x_t, s, 1 - a),
            "tweedie_minus": lambda x_t, s, a: tweedie("tweedie_minus")(x_t, s, 1 - a) / a**0.5,
            "standard_deviation": lambda x_t, s, a: tweedie("standard_deviation")(x_t, s, 1 - a) / a**0.5,
        },
        grid(x_t=(-1.5, -1, -0.5, 0.2, 0.5, 1, 1.5), s=(-2, -1.25, -1, -0.5, 0.5, 1, 1.25, 2), a=(0.25, 0.36, 0.64)),
        about=("tweedie",),
    ),
]
