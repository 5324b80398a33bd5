"""What the steps and the outputs of a sampler tell: recovered curves, spreads, a table, one recovered step."""

from collections.abc import Callable, Iterator
from typing import Any

from course.quiz.chains import curve, spread
from course.quiz.figures import panels
from course.quiz.mistakes import as_text, function
from course.quiz.question import Answer, Numbers, Question, Text, formula, grid
from course.quiz.strata import EVIDENCE
from grader.settings import Language
from oracle import steps

SLIDE = "Accelerating Sampling Process"
ORDERS = ((0, 1, 2, 3), (1, 3, 0, 2), (2, 0, 3, 1), (3, 2, 1, 0), (1, 0, 2, 3), (2, 3, 0, 1))
CURVES = ("table_beta_on_subsequence", "beta_outside_root", "eta_ignored", "eta_squared")
SPREADS = ("starts_from_zeros", "beta_outside_root", "noise_missing", "eta_ignored")
SHOWN = ("", "table_beta_on_subsequence", "beta_outside_root", "eta_ignored")  # "": the right one
ASKED = ("table_beta_on_subsequence", "beta_outside_root")
OMEGAS = ("direction_ignores_sigma", "negative_root", "omega_0_bare", "noise_missing")
omegas = function("ddim_coefficients")


def _named(causes: tuple[str, ...]) -> tuple[Callable[..., Answer], dict[str, Callable[..., Answer | None]]]:
    """Where the cause is asked for: the right one in words, and the others."""

    def other(cause: str) -> Callable[..., Answer | None]:
        return lambda **numbers: None if cause == numbers["cause"] else as_text(cause)

    return lambda **numbers: as_text(numbers["cause"]), {cause: other(cause) for cause in causes}


def _placed() -> tuple[Callable[..., float], dict[str, Callable[..., float | None]]]:
    """Where one of the SHOWN is asked for: its place, from 1, and those of the others."""

    def place(cause: str) -> Callable[..., float]:
        return lambda **numbers: 1.0 + [SHOWN[i] for i in numbers["order"]].index(cause)

    def other(cause: str) -> Callable[..., float | None]:
        return lambda **numbers: None if cause == numbers["cause"] else place(cause)(**numbers)

    return lambda **numbers: place(numbers["cause"])(**numbers), {
        cause or "right_one_refused": other(cause) for cause in SHOWN
    }


def _words(cause: str, **numbers: Any) -> Numbers:
    """The mistake that is looked for, in the words of each language."""
    en, zh = {
        "table_beta_on_subsequence": (
            r"takes the full table's $\beta_t$ into $\sigma_t$",
            r"的 $\sigma_t$ 用了完整的表裡的 $\beta_t$",
        ),
        "beta_outside_root": (
            r"has $\beta_t$ outside the root in $\sigma_t$, as on a slide",
            r"的 $\sigma_t$ 照投影片把 $\beta_t$ 寫在根號外",
        ),
    }[cause]
    return {"en": en, "zh": zh}


def _four(language: Language, cause: str, S: int, eta: float, order: tuple[int, ...]) -> str:
    said = {
        "en": "Four panels: the recovered standard deviations of the steps as points, the right ones as a line.",
        "zh-TW": "四個小圖：還原的每一步標準差是點，正確的是線。",
    }[language]
    return panels([curve(SHOWN[i], S, eta) for i in order], curve("", S, eta), said)


def _one(language: Language, cause: str, S: int, eta: float) -> str:
    said = {
        "en": "The recovered standard deviations of the steps as points, the right ones as a line.",
        "zh-TW": "還原的每一步標準差是點，正確的是線。",
    }[language]
    return panels([curve(cause, S, eta)], curve("", S, eta), said)


def _table(cause: str, order: tuple[int, ...]) -> Numbers:
    """Thousand times the distance of the output's spread from the data's, by table, η and S."""

    def rows() -> Iterator[str]:
        for number, i in enumerate(order, start=1):
            for eta in (0.0, 1.0):
                cells = (f"{1000 * abs(spread(SHOWN[i], S, eta) - 0.5):.1f}" for S in (10, 50, 1000))
                yield f"| {number} | {eta:g} | {' | '.join(cells)} |"

    return {"table": "\n".join(rows()), **_words(cause)}


def _spreads(cause: str, S: int) -> Numbers:
    names = {"right_0": ("", 0.0), "right_1": ("", 1.0), "got_0": (cause, 0.0), "got_1": (cause, 1.0)}
    return {name: f"{spread(each, S, eta):.3f}" for name, (each, eta) in names.items()}


def _step(cause: str, a: float, p: float, sigma: float) -> Numbers:
    """The right ω₀, ω_t and σ_t, and those that were recovered."""
    right = (*map(float, steps.ddim_coefficients(a, p, sigma)[:2]), sigma)
    got = (*right[:2], 0.0) if cause == "noise_missing" else (*map(float, omegas(cause)(a, p, sigma)[:2]), sigma)
    names = ("omega_0", "omega_t", "sigma_t")
    return {**dict(zip(names, right)), **{f"got_{name}": value for name, value in zip(names, got)}}


PLACE, PLACES = _placed()
CURVE, OTHER_CURVES = _named(CURVES)
SPREAD, OTHER_SPREADS = _named(SPREADS)
OMEGA, OTHER_OMEGAS = _named(OMEGAS)
RULER = Text(
    r"The right $\sigma_t$ takes the $\beta_t$ of the pair, under the root. The table's is that of a single step, "
    r"many times smaller at every $t$; outside the root a small $\beta_t$ gets smaller still, so more is missing the "
    r"smaller $t$ is. Without $\eta$, or with its square, all is too large or too small by one factor.",
    r"正確的 $\sigma_t$ 用這一對 step 的 $\beta_t$，而且在根號裡。表裡的 $\beta_t$ 是走一小步的，在每個 $t$ "
    r"都小很多；寫在根號外時，小的 $\beta_t$ 變得更小，所以 $t$ 越小差得越多。沒有 $\eta$ 或 $\eta$ 平方，"
    "則是處處差同一個倍數。",
)

QUESTIONS = [
    Question(
        "which_chain",
        SLIDE,
        EVIDENCE,
        Text(
            r"Four samplers made $<S>$ steps of the linear schedule ($T = 1000$) with $\eta = <eta>$. Points are the "
            r"recovered $\sigma_t$ of each step, the line is the right one. Which of the four <en>?",
            r"四個 sampler 在 linear schedule（$T = 1000$）上走了 $<S>$ 步， $\eta = <eta>$。點是還原的每一步 "
            r"$\sigma_t$，線是正確的。四個之中，哪一個<zh>？",
        ),
        (RULER,),
        PLACE,
        PLACES,
        grid(cause=ASKED, S=(5, 8, 10), eta=(0.5,), order=ORDERS),
        _words,
        _four,
        about=("sigma_t", "beta_of_pair"),
    ),
    Question(
        "which_table",
        SLIDE,
        EVIDENCE,
        Text(
            "The data are Gaussian with standard deviation 0.5, and the noise predictor is exact. Four samplers give "
            "these distances from the data "
            "(the output's standard deviation minus 0.5, absolutely, times 1000). Which of the four <en>?\n\n"
            "| sampler | η | S = 10 | S = 50 | S = 1000 |\n|---|---|---|---|---|\n<table>",
            "資料是標準差 0.5 的高斯分布，noise predictor 是精確的。四個 sampler "
            "的輸出和資料的距離如下（輸出的標準差減 0.5 的絕對值，乘以 1000）。"
            "四個之中，哪一個<zh>？\n\n| sampler | η | S = 10 | S = 50 | S = 1000 |\n|---|---|---|---|---|\n<table>",
        ),
        (
            Text(
                r"At $\eta = 0$ no $\sigma_t$ enters. With all 1000 steps the table's $\beta_t$ is right, but with "
                r"few it adds next to no noise, so $\eta = 1$ is like $\eta = 0$. Outside the root it is nearly "
                r"right where steps are long, and next to nothing where they are short. Without $\eta$ both rows are "
                "alike.",
                r"在 $\eta = 0$， $\sigma_t$ 不起作用。走完 1000 步時，表裡的 $\beta_t$ 是對的；步數少時它幾乎不加 "
                r"noise，所以 $\eta = 1$ 像 $\eta = 0$。寫在根號外則相反：步子大時幾乎正確，步子小時幾乎沒有 noise。"
                r"沒有 $\eta$ 時，兩列相同。",
            ),
        ),
        PLACE,
        PLACES,
        grid(cause=ASKED, order=ORDERS),
        _table,
        about=("sigma_t", "beta_of_pair", "few_steps"),
    ),
    Question(
        "recovered_curve",
        SLIDE,
        EVIDENCE,
        Text(
            r"A sampler made $<S>$ steps of the linear schedule ($T = 1000$) with $\eta = <eta>$. Points are the "
            r"recovered $\sigma_t$ of each step, the line is the right one. What is wrong?",
            r"一個 sampler 在 linear schedule（$T = 1000$）上走了 $<S>$ 步， $\eta = <eta>$。點是還原的每一步 "
            r"$\sigma_t$，線是正確的。錯在哪裡？",
        ),
        (RULER,),
        CURVE,
        OTHER_CURVES,
        grid(cause=CURVES, S=(8, 10, 20), eta=(0.5,)),
        figure=_one,
        about=("sigma_t", "beta_of_pair"),
    ),
    Question(
        "spread_of_the_output",
        SLIDE,
        EVIDENCE,
        Text(
            "The data are Gaussian with standard deviation 0.5, and the noise predictor is exact. With $<S>$ steps "
            r"a right sampler puts out the standard deviation $<right_0>$ at $\eta = 0$ and $<right_1>$ at "
            r"$\eta = 1$. A student's puts out $<got_0>$ and $<got_1>$. Which mistake fits?",
            r"資料是標準差 0.5 的高斯分布，noise predictor 是精確的。走 $<S>$ 步，正確的 sampler 在 $\eta = 0$ "
            r"輸出的標準差是 $<right_0>$，在 $\eta = 1$ 是 $<right_1>$。某位同學的輸出是 $<got_0>$ 和 $<got_1>$。"
            "哪個錯誤符合？",
        ),
        (
            Text(
                r"At $\eta = 0$ only the start and the means count, at $\eta = 1$ the fresh noise does, too. So what "
                r"is off at $\eta = 0$ is no matter of $\sigma_t$ (unless both are alike: then $\eta$ does not "
                r"count); too small a $\sigma_t$ that the direction knows brings $\eta = 1$ towards $\eta = 0$; "
                "noise that is missing altogether leaves too little spread.",
                r"在 $\eta = 0$ 只有起點和 mean 有作用，在 $\eta = 1$ 還有新的 noise。所以在 $\eta = 0$ 不對，就和 "
                r"$\sigma_t$ 無關（除非兩個數相同，那是 $\eta$ 沒有作用）；$\sigma_t$ 太小、而方向那一項也用它時， "
                r"$\eta = 1$ 會靠近 $\eta = 0$；noise 完全沒加，標準差就太小。",
            ),
        ),
        SPREAD,
        OTHER_SPREADS,
        grid(cause=SPREADS, S=(10, 20, 50)),
        _spreads,
        about=("sigma_t", "few_steps"),
    ),
    Question(
        "recovered_step",
        SLIDE,
        EVIDENCE,
        Text(
            r"From a step of a sampler, from $\bar\alpha_t = <a>$ to $\bar\alpha_{\mathrm{prev}} = <p>$, these "
            "coefficients were recovered. What is wrong?\n\n"
            "| quantity | right | recovered |\n|---|---|---|\n"
            "| factor of $x_0$ | $<omega_0>$ | $<got_omega_0>$ |\n"
            "| factor of $x_t$ | $<omega_t>$ | $<got_omega_t>$ |\n"
            "| standard deviation of the noise | $<sigma_t>$ | $<got_sigma_t>$ |",
            r"一個 sampler 從 $\bar\alpha_t = <a>$ 走到 $\bar\alpha_{\mathrm{prev}} = <p>$ 的那一步，還原的係數如下。"
            "錯在哪裡？\n\n"
            "| 量 | 正確 | 還原 |\n|---|---|---|\n"
            "| $x_0$ 的係數 | $<omega_0>$ | $<got_omega_0>$ |\n"
            "| $x_t$ 的係數 | $<omega_t>$ | $<got_omega_t>$ |\n"
            "| noise 的標準差 | $<sigma_t>$ | $<got_sigma_t>$ |",
        ),
        (
            formula(
                r"\omega_t^2 (1 - \bar\alpha_t) + \sigma_t^2 = 1 - \bar\alpha_{\mathrm{prev}}, \quad \omega_0 + "
                r"\omega_t \sqrt{\bar\alpha_t} = \sqrt{\bar\alpha_{\mathrm{prev}}}"
            ),
        ),
        OMEGA,
        OTHER_OMEGAS,
        [
            {"cause": cause, "a": a, "p": p, "sigma": sigma}
            for cause in OMEGAS
            for a, p, sigma in ((0.36, 0.64, 0.36), (0.36, 0.64, 0.48), (0.0784, 0.36, 0.64), (0.0784, 0.64, 0.48))
        ],
        _step,
        about=("omegas",),
    ),
]
