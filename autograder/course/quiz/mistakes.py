"""The misconceptions behind wrong answers: in words, and, where the oracle has their formula, what they give.

A key that the grader's feedback knows has its English words there. The others are beliefs that no formula states.
"""

import re
from collections.abc import Callable
from typing import Any

from course.quiz.question import Answer, Text
from grader.causes.hints import HINTS
from oracle import misconceptions
from oracle.arrays import f64

Function = Callable[..., Any]


def function(name: str, part: int | None = None) -> Callable[[str], Function]:
    """From a cause to its formula of one of the students' functions; part: which of several results."""

    def of(cause: str) -> Function:
        formula = next(formula for key, formula in misconceptions.FORMULAS[name] if key == cause)
        return lambda *args: _part(formula(*map(f64, args)), part)

    return of


def by_formula(name: str, args: str, *causes: str, part: int | None = None) -> dict[str, Any]:
    """A question's `right` and `wrong` from the oracle, which knows the formula and those of its mistakes.

    args: the names of the question's numbers in the order of the function's arguments; a number stands for itself.
    """
    names, of = args.split(), function(name, part)

    def asked(formula: Function) -> Function:
        return lambda **numbers: formula(*(numbers[each] if each in numbers else float(each) for each in names))

    def right(*values: Any) -> Any:
        return _part(misconceptions.right(name, tuple(map(f64, values))), part)

    return {"right": asked(right), "wrong": {cause: asked(of(cause)) for cause in causes}}


def as_text(cause: str) -> Text:
    """A misconception in words, its symbols as formulas."""
    words = Text(HINTS[cause][0], CHINESE[cause]) if cause in CHINESE else BELIEFS[cause]
    return Text(*(SYMBOL.sub(lambda symbol: f"${SYMBOLS[symbol[0]]}$", each) for each in (words.en, words.zh)))


def told(cause: str, answer: Answer) -> Text:
    """What is believed by who gives a wrong answer: a number's misconception; an answer in words says it itself."""
    return answer if isinstance(answer, Text) else as_text(cause)


def _part(value: Any, part: int | None) -> Any:
    return value if part is None else value[part]


SYMBOLS = {  # as words write them
    "√ᾱ_t": r"\sqrt{\bar\alpha_t}",
    "ᾱ_prev": r"\bar\alpha_{\mathrm{prev}}",
    "ᾱ_t": r"\bar\alpha_t",
    "ᾱ": r"\bar\alpha",
    "α_t": r"\alpha_t",
    "β_t": r"\beta_t",
    "σ_t": r"\sigma_t",
    "ω_t x_t": r"\omega_t x_t",
    "ω_t": r"\omega_t",
    "ω₀": r"\omega_0",
    "x_0|t": r"x_{0 \mid t}",
    "x_0_pred": r"x_{0 \mid t}",
    "x_0": "x_0",
    "x_t": "x_t",
    "ε": r"\varepsilon",
    "η": r"\eta",
}
SYMBOL = re.compile("|".join(map(re.escape, SYMBOLS)))
CHINESE = {  # of the causes that `grader.causes.hints` has in English
    "alpha_bar_for_alpha": "該用這一對的 α_t 的地方用了 ᾱ_t",
    "alpha_bar_t_for_prev": "該用 ᾱ_prev 的地方用了 ᾱ_t",
    "beta_is_a_difference": "把 β_t 當成兩個 ᾱ 的差，其實它來自兩者的比",
    "beta_outside_root": "照投影片把 β_t 寫在根號外面",
    "direction_along_x_t": "方向那一項乘的是 x_t",
    "direction_ignores_sigma": "加了新的 noise，方向那一項卻沒有變短",
    "direction_not_rooted": "ω_t（方向）少了一個根號",
    "direction_without_eps": "方向的係數有了，但沒有乘上任何東西",
    "downhill": "減去了 score，變成往下走",
    "eta_ignored": "η 對 noise 沒有作用，noise 永遠是 DDPM 的",
    "eta_squared": "該直接用 η 的地方用了 η 的平方",
    "eta_taken_as_zero": "不論 η 是多少，σ_t 都是 0",
    "factor_missing": "漏了一個乘或除的因子",
    "factors_swapped": "資料和 noise 的係數互換了",
    "fixed_large": "noise 用了論文的另一種 variance（fixed large）",
    "forward_drift": "x 的 drift 用了正向過程的正負號",
    "inverts_one_step": "把 ε 當成那一小步自己的 noise，還原了一個正向的步",
    "mean_is_x_0_pred": "mean 就是 x_0|t，好像用 ᾱ_t 代替了 α_t",
    "ncsn_half_step": "用了 NCSN 論文的形式，那裡的 step size 意思不同",
    "negative_root": "ω_t 取了負的根",
    "noise_missing": "沒有加 noise：係數是 0，或漏了這一項",
    "noise_not_rooted": "該乘標準差的地方乘了 variance",
    "noise_sign": "noise 的正負號錯了",
    "not_divided": "漏了最後的除法",
    "omega_0_bare": "ω₀ 沒有扣掉 ω_t x_t 裡已經有的乾淨資料",
    "omega_t_bare": "ω_t 用了 x_t 裡 noise 的係數，而不是 x_t 的",
    "omegas_swapped": "ω₀ 和 ω_t 互換了",
    "one_minus_missing": "漏了「1 −」",
    "predicts_with_the_target": "一步的兩半用了同一個 ᾱ，所以狀態沒有動",
    "score_from_unscaled_data": "從沒有縮放的乾淨資料量起，而不是 x_t 裡縮放過的",
    "score_is_minus_eps": "漏了 score 的倍數",
    "score_multiplied": "ε 乘上了 noise 的標準差，gradient 不是這樣",
    "score_not_rooted": "該除以標準差的地方除了 variance",
    "score_sign": "score 的正負號錯了：它必須由 noise 指向資料",
    "sigma_not_squared": "σ_t 漏了平方",
    "signal_not_rooted": "乾淨資料的係數少了一個根號",
    "signal_not_scaled": "加 noise 之前沒有把資料縮小",
    "square_missing": "漏了一個平方",
    "standard_deviation": "該用 variance 的地方用了標準差",
    "starts_from_zeros": "chain 從零開始，沒有用給它的狀態",
    "table_beta_on_subsequence": "σ_t 用了完整的表裡的 β_t，在子序列上它是另一個數",
    "term_missing": "漏了一項",
    "time_not_turned": "加上 drift 時，好像時間是往前走",
    "tweedie_minus": "減去了 score",
    "upside_down": "該乘的除了，或該除的乘了",
    "variance_for_sigma": "該用標準差 σ_t 的地方用了 variance",
}
BELIEFS = {  # what no formula of the students' functions has; a wrong answer in words says itself what is believed
    "conditional_for_marginal": Text(
        "the distribution given x_0 is taken for that of all noisy data", "把給定 x_0 的分布當成所有加噪資料的分布"
    ),
    "deviations_added": Text(
        "standard deviations are added, where variances add", "把標準差相加，其實該相加的是 variance"
    ),
    "fid_not_squared": Text("the distances are not squared", "距離沒有平方"),
    "fid_of_means": Text("only the means are compared", "只比較了 mean"),
    "fid_of_variances": Text(
        "variances are compared in the place of standard deviations", "比較的是 variance 而不是標準差"
    ),
    "mean_not_scaled": Text("the data in x_t are not scaled by √ᾱ_t", "x_t 裡的資料沒有乘上 √ᾱ_t"),
    "one_scale": Text(
        "one scale is taken for all steps, as a slide reads", "以為所有的 step 只有一個倍數，如投影片所寫"
    ),
    "right_one_refused": Text("the right sampler is taken for wrong", "把正確的 sampler 當成錯的"),
}
