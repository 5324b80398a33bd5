"""The papers, the keys and the marking sheets as pages in one language, to be printed: one file each, no scripts."""

from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from course.pages import markdown, staff_page
from course.quiz.mistakes import told
from course.quiz.papers import LETTERS, Paper
from grader.settings import Language

Sheet = Literal["papers", "key", "marking"]
SQUARES = ", ".join(f"${root}^2 = {root**2:g}$" for root in (0.12, 0.16, 0.24, 0.28, 0.32, 0.36, 0.48, 0.64, 0.96))
SHEETS: tuple[Sheet, ...] = ("papers", "key", "marking")
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "quiz": "DDPM and DDIM: a quiz",
        "papers": "Papers",
        "key": "Key",
        "marking": "Marking sheet",
        "paper": "Paper",
        "seed": "seed",
        "colon": ": ",
        "stop": ". ",
        "name": "Name",
        "id": "Student number",
        "points": "points",
        "rules": "No calculator is needed. All data are numbers, not images, unless a question says so. "
        "Of the options A to D exactly one is right.",
        "notation": r"$\mathcal N(\mu, v)$ has the variance $v$, and $\sigma_t$ is a standard deviation. "
        r"$\bar\alpha_t$ is the product of the $\alpha$'s up to $t$, as in the lecture. "
        r"A step goes to $x_{t-1}$, or to $x_{\mathrm{prev}}$ where steps are left out.",
        "squares": "Squares that may help:",
        "answer": "Answer",
        "table": "Table",
        "right": "Right",
        "must": "One point for each",
        "value": "a right value alone has all points; else a point for the formula and one for its numbers",
        "because": "Because",
        "common": "Common, and worth nothing",
        "topic": "Topic",
        "number": "No.",
        "worth": "Worth",
        "got": "Got",
        "total": "Total",
        "slide": "Slide",
        "staff": "For the course staff",
    },
    "zh-TW": {
        "quiz": "DDPM 與 DDIM 小考",
        "papers": "試卷",
        "key": "解答",
        "marking": "評分表",
        "paper": "試卷",
        "seed": "seed",
        "colon": "：",
        "stop": "。",
        "name": "姓名",
        "id": "學號",
        "points": "分",
        "rules": "不需要計算機。除非題目另外說明，資料都是數，不是影像。選項 A 到 D 恰有一個正確。",
        "notation": r"$\mathcal N(\mu, v)$ 的 variance 是 $v$； $\sigma_t$ 是標準差。"
        r"$\bar\alpha_t$ 是從 $\alpha$ 一路連乘到 $t$ 的積，和課堂相同。"
        r"一步走到 $x_{t-1}$；跳過一些 step 時走到 $x_{\mathrm{prev}}$。",
        "squares": "可能用得到的平方：",
        "answer": "答",
        "table": "表",
        "right": "正確答案",
        "must": "每項一分",
        "value": "數值正確就得全部分數；否則式子一分，代入的數一分",
        "because": "理由",
        "common": "常見、但沒有分數的回答",
        "topic": "主題",
        "number": "題號",
        "worth": "滿分",
        "got": "得分",
        "total": "總分",
        "slide": "投影片",
        "staff": "僅供教學人員",
    },
}


class Words:
    """Markdown with mathematics as HTML in one language; tables are numbered through a page."""

    def __init__(self, language: Language) -> None:
        self.parser = markdown.parser(WORDS[language]["table"])
        self.environment: dict[str, Any] = {"heading": WORDS[language]["quiz"], "tables": 0}

    def block(self, text: str) -> Markup:
        return Markup(markdown.bound(self.parser.render(text, self.environment)))

    def line(self, text: str) -> Markup:
        return Markup(markdown.bound(self.parser.renderInline(text, self.environment)))


def page(sheet: Sheet, papers: list[Paper], seed: int, language: Language) -> str:
    """One page with all papers, all keys or all marking sheets."""
    here, words = staff_page.environment(Path(__file__).parent), Words(language)
    here.filters["block"] = words.block
    here.filters["line"] = words.line
    here.filters["svg"] = Markup
    known = {"papers": papers, "seed": seed, "language": language, "sheet": sheet}
    return here.get_template(f"{sheet}.html").render(
        known, w=WORDS[language], letters=LETTERS, told=told, squares=SQUARES
    )
