"""What the score is, and which score Tweedie's formula wants."""

from course.quiz.question import Question, Text, grid
from course.quiz.strata import SCORE_IDEAS

SLIDE, TWEEDIE = "(Stein) Score Function", "Tweedie's Formula"


QUESTIONS = [
    Question(
        "tweedie_density",
        TWEEDIE,
        SCORE_IDEAS,
        Text(
            r"A noise predictor is as good as one can be that sees only $x_t$ and $t$. Its $x_{0 \mid t}$ is "
            r"Tweedie's estimate, divided by $\sqrt{\bar\alpha_t}$. The score of which density has to stand in "
            "Tweedie's formula for that?",
            r"一個 noise predictor 只看得到 $x_t$ 和 $t$，並且已經好到不能再好。它的 $x_{0 \mid t}$ 就是 Tweedie's "
            r"formula 的估計除以 $\sqrt{\bar\alpha_t}$。這時 Tweedie's formula 裡要放的是哪一個 density 的 score？",
        ),
        (
            Text(
                "Only $x_t$ is known, so what comes out is the mean over all $x_0$ that may have led to it. The "
                r"score of $q(x_t \mid x_0)$ would take the very $x_0$ that is sought.",
                r"已知的只有 $x_t$，所以得到的是所有可能走到 $x_t$ 的 $x_0$ 的平均。要用 $q(x_t \mid x_0)$ 的 score，"
                "就得先知道正要求的 $x_0$。",
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
            "zero, and where is it large?",
            r"固定 $x_0$，把 $q(x_t \mid x_0)$ 的 score 看成 $x_t$ 的函數。它在哪裡是零？在哪裡大？",
        ),
        (
            Text(
                "The logarithm of a Gaussian is a parabola with its top at the mean. Its slope is zero there and "
                "grows with the distance.",
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
            "The clean data are $x_0 = <m>$ or $x_0 = -<m>$, equally often. A network is trained to the end with the "
            "mean squared error of the noise. What does it predict at $x_t = 0$?",
            "乾淨的資料是 $x_0 = <m>$ 或 $x_0 = -<m>$，機會各半。Network 用 noise 的 mean squared error 訓練到底。在 "
            "$x_t = 0$ 它會預測什麼？",
        ),
        (
            Text(
                r"Squared errors are least at the mean $\mathbb E[\varepsilon \mid x_t]$. By symmetry the two noises "
                "that lead to 0 are opposite and equally likely.",
                r"Squared error 最小的答案是 $\mathbb E[\varepsilon \mid x_t]$。由對稱性，走到 0 的兩個 noise "
                "正負相反，機會相同。",
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
]
