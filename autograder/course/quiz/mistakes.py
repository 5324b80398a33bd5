"""The misconceptions behind wrong answers: in words, and, where the oracle has their formula, what they give.

A key that the grader's feedback knows has its words there. The others are beliefs that no formula states.
"""

import re
from collections.abc import Callable
from typing import Any

from course.quiz.question import Answer, Text
from grader.causes.hints import HINTS
from grader.phrases import catalogue
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
    words = BELIEFS.get(cause) or Text(HINTS[cause].what, catalogue("zh-TW").gettext(HINTS[cause].what))
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
    "ᾱ_1": r"\bar\alpha_1",
    "ᾱ": r"\bar\alpha",
    "α_t": r"\alpha_t",
    "β_t": r"\beta_t",
    "σ_t²": r"\sigma_t^2",
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
    "τ_1": r"\tau_1",
    "τ": r"\tau",
}
SYMBOL = re.compile("|".join(map(re.escape, SYMBOLS)))
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
