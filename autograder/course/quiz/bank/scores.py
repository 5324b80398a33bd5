"""The score, its relation to the noise, and Tweedie's formula."""

from course.quiz.mistakes import by_formula, function
from course.quiz.question import Question, Text, formula, grid
from course.quiz.strata import SCORE_IDEAS, SCORE_NUMBERS
from oracle import steps

SLIDE, TWEEDIE = "(Stein) Score Function", "Tweedie's Formula"
STATES = (-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2)
tweedie = function("tweedie_mean")

QUESTIONS = [
    Question(
        "tweedie_density",
        TWEEDIE,
        SCORE_IDEAS,
        Text(
            r"A noise predictor is as good as one can be that sees only $x_t$ and $t$. Its $x_{0 \mid t}$ is "
            r"Tweedie's estimate, "
            r"divided by $\sqrt{\bar\alpha_t}$. The score of which density has to stand in Tweedie's formula for that?",
            r"一個 noise predictor 只看得到 $x_t$ 和 $t$，並且已經好到不能再好。它的 $x_{0 \mid t}$ 就是 Tweedie's "
            r"formula 的估計除以 "
            r"$\sqrt{\bar\alpha_t}$。這時 Tweedie's formula 裡要放的是哪一個 density 的 score？",
        ),
        (
            Text(
                r"Only $x_t$ is known, so what comes out is the mean over all $x_0$ that may have led to it. The "
                r"score of "
                r"$q(x_t \mid x_0)$ would take the very $x_0$ that is sought.",
                r"已知的只有 $x_t$，所以得到的是所有可能走到 $x_t$ 的 $x_0$ 的平均。要用 $q(x_t \mid x_0)$ 的 score，"
                r"就得先知道正要求的 $x_0$。",
            ),
        ),
        Text(r"$q(x_t)$, of the noisy data as a whole", r"$q(x_t)$，所有加噪資料的 density"),
        {
            "conditional_for_marginal": Text(
                r"$q(x_t \mid x_0)$, with the $x_0$ that was drawn", r"$q(x_t \mid x_0)$，用當初抽到的 $x_0$"
            ),
            "clean_for_noisy": Text(r"$q(x_0)$, of the clean data", r"$q(x_0)$，乾淨資料的 density"),
            "prior_for_marginal": Text(
                r"$\mathcal N(0, I)$, from which sampling starts", r"$\mathcal N(0, I)$，取樣的起點"
            ),
        },
        about=("tweedie",),
    ),
    Question(
        "score_zero",
        SLIDE,
        SCORE_IDEAS,
        Text(
            r"Let $x_0$ be fixed, and look at the score of $q(x_t \mid x_0)$ as a function of $x_t$. Where is it "
            r"zero, and where is it large?",
            r"固定 $x_0$，把 $q(x_t \mid x_0)$ 的 score 看成 $x_t$ 的函數。它在哪裡是零？在哪裡大？",
        ),
        (
            Text(
                r"The logarithm of a Gaussian is a parabola with its top at the mean. Its slope is zero there and "
                r"grows with the distance.",
                r"高斯分布取 log 是一條拋物線，頂點在 mean。斜率在那裡是零，離得越遠越大。",
            ),
        ),
        Text(
            r"zero at $\sqrt{\bar\alpha_t} x_0$, and the larger the further away from it",
            r"在 $\sqrt{\bar\alpha_t} x_0$ 是零，離它越遠越大",
        ),
        {
            "density_for_score": Text(
                r"large at $\sqrt{\bar\alpha_t} x_0$, and nearly zero far away from it",
                r"在 $\sqrt{\bar\alpha_t} x_0$ 最大，離它很遠時接近零",
            ),
            "mean_not_scaled": Text(
                r"zero at $x_0$, and the larger the further away from it", r"在 $x_0$ 是零，離它越遠越大"
            ),
            "score_of_one_size": Text(
                r"never zero: its size is the same everywhere, only its direction changes",
                r"從不是零：大小處處相同，只有方向不同",
            ),
        },
        about=("score",),
    ),
    Question(
        "normalising_constant",
        "Langevin Dynamics",
        SCORE_IDEAS,
        Text(
            r"A density is often known only up to its normalising constant. Why does its score not need the constant?",
            r"一個 density 往往只知道到差一個 normalising constant。為什麼它的 score 不需要這個常數？",
        ),
        (
            Text(
                r"$\log(c \cdot p(x)) = \log c + \log p(x)$, and $\nabla_x \log c = 0$.",
                r"$\log(c \cdot p(x)) = \log c + \log p(x)$，而 $\nabla_x \log c = 0$。",
            ),
        ),
        Text(
            "The logarithm makes it a term of a sum, and the gradient of that term is 0.",
            "取 log 之後它變成和裡的一項，而這一項的 gradient 是 0。",
        ),
        {
            "constant_is_one": Text(
                "The data are scaled before training so that it is 1.", "訓練前資料已經縮放過，使它等於 1。"
            ),
            "constant_learnt": Text(
                "It depends on $x$, and the network learns it along with the score.",
                "它會隨 $x$ 改變，network 會連同 score 一起學到。",
            ),
            "constant_neglected": Text(
                "In many dimensions it is so small that it can be left out.", "在高維空間裡它小到可以忽略。"
            ),
        },
    ),
    Question(
        "best_prediction",
        SLIDE,
        SCORE_IDEAS,
        Text(
            r"The clean data are $x_0 = <m>$ or $x_0 = -<m>$, equally often. A network is trained to the end with "
            r"the mean squared error of the noise. "
            r"What does it predict at $x_t = 0$?",
            r"乾淨的資料是 $x_0 = <m>$ 或 $x_0 = -<m>$，機會各半。Network 用 noise 的 mean squared error 訓練到底。"
            r"在 $x_t = 0$ 它會預測什麼？",
        ),
        (
            Text(
                r"Squared errors are least at the mean $\mathbb E[\varepsilon \mid x_t]$. By symmetry the two noises "
                r"that lead to 0 are opposite and equally likely.",
                r"Squared error 最小的答案是 $\mathbb E[\varepsilon \mid x_t]$。由對稱性，走到 0 的兩個 noise "
                r"正負相反，機會相同。",
            ),
        ),
        Text(
            "0, the mean of the two noises that may have led there",
            "0，也就是可能走到這裡的兩個 noise 的平均",
        ),
        {
            "likeliest_noise": Text(
                "one of the two noises that may have led there, each half of the time",
                "可能走到這裡的兩個 noise 之一，各有一半的機會",
            ),
            "drawn_noise": Text("the noise that was in fact drawn in this case", "這一次實際抽到的 noise"),
            "fresh_noise": Text(r"a fresh draw from $\mathcal N(0, 1)$", r"從 $\mathcal N(0, 1)$ 新抽的一個 noise"),
        },
        grid(m=(1, 2, 3)),
    ),
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
            r"是多少？",
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
            r"The noise in $x_t$ is $\varepsilon_t = <eps>$, and $\bar\alpha_t = <a>$. What is the score of $q(x_t "
            r"\mid x_0)$ at this $x_t$?",
            r"$x_t$ 裡的 noise 是 $\varepsilon_t = <eps>$，且 $\bar\alpha_t = <a>$。$q(x_t \mid x_0)$ 在這個 $x_t$ "
            r"的 score 是多少？",
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
            r"$x_0$?",
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


def _noise(a: float, x_0: float, x_t: float) -> float:
    """The noise with which the jump from x_0 gives x_t."""
    return (x_t - float(steps.q_sample(x_0, a, 0.0))) / (1 - a) ** 0.5
