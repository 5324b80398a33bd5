"""The questions and their answers as one page in one language: one file, no scripts, nothing to load."""

from collections.abc import Iterator, Mapping
from os.path import commonprefix
from pathlib import Path
from typing import Any

from course.pages import staff_page
from course.quiz.mistakes import as_text
from course.quiz.page import Words
from course.viva.code import Quote
from course.viva.question import SAMPLER, WORDS, Mistake, Question
from course.viva.readings import Numbers, Reading
from grader import course_file
from grader.marking.findings import Finding
from grader.settings import Language

LABELS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Viva",
        "assignment": "Assignment",
        "staff": "For the course staff. Five minutes; a direction and a reason are enough, the digits are for you.",
        "measured": "Each edit was made to this submission's own file and run in the sandbox. The numbers are "
        "measured, those of drawn noise to within 3 %.",
        "task": "Task",
        "line": "line",
        "ask_mistake": "Your function does not do what it should. Which part of these lines is wrong, and what must "
        "stand there?",
        "ask_change": "Suppose the code read like this. What would the function do then, and what would come of that?",
        "asked": "It is asked",
        "answer": "Answer",
        "right": "right",
        "yours": "as handed in",
        "changed": "with the edit",
        "why": "Why",
        "found": "The check says, of a run of its own",
        "cause": "Cause",
        "repair": "This edit alone makes it right",
        "model": "The model answer, by its own lines",
        "samples": "Samples",
        "spread": "their standard deviation, by the student's own sampler and the exact model of data of the standard "
        "deviation 0.5,",
        "nan": "nan, since a step divides by 0 or takes the root of a negative number",
        "raised": "none, since it raises an error",
        "stop": ".",
        "none": "No lines are quoted, since the file has no plain def of this name.",
        "colon": ": ",
        "comma": ", ",
    },
    "zh-TW": {
        "title": "口試",
        "assignment": "作業",
        "staff": "僅供教學人員。五分鐘；說出方向和理由就夠了，數字是給你看的。",
        "measured": "每個改動都寫進這份作業自己的檔案，在 sandbox 裡執行過。數字是量出來的，抽出的 noise "
        "誤差在 3% 以內。",
        "task": "題目",
        "line": "行",
        "ask_mistake": "你的函式做的和該做的不同。是這幾行裡的哪裡造成的？那裡該寫什麼？",
        "ask_change": "如果改成這樣，它會做出什麼？結果會如何？",
        "asked": "條件",
        "answer": "答案",
        "right": "正確",
        "yours": "繳交的",
        "changed": "改了之後",
        "why": "理由",
        "found": "檢查說（是它自己的條件）",
        "cause": "原因",
        "repair": "只改這裡就對了",
        "model": "參考解答（行號是它自己的）",
        "samples": "樣本",
        "spread": "用學生自己的 sampler 和資料（標準差 0.5）的精確 network，樣本的標準差，",
        "nan": "nan（有一步除以 0，或對負數開根號）",
        "raised": "沒有（它引發錯誤）",
        "stop": "。",
        "none": "檔案裡沒有直接以 def 定義這個名字，所以沒有引用程式碼。",
        "colon": "：",
        "comma": "、",
    },
}


def page(title: str, assignment: int, questions: list[Question], language: Language) -> str:
    """The page as text; all that comes from the submission is escaped."""
    here, words = staff_page.environment(Path(__file__).parent), Words(language)
    here.filters["line"] = words.line
    here.globals["lines"] = _lines
    known = {"title": title, "assignment": assignment, "language": language, "w": LABELS[language]}
    known["told_in"] = course_file.language(course_file.read())  # what a check says
    shown = [_shown(question, language) for question in questions]
    return here.get_template("viva.html").render(known, questions=shown)


def _shown(question: Question, language: Language) -> dict[str, Any]:
    """A question as the template has it."""
    known: dict[str, Any] = {
        "task": question.task,
        "mistake": None,
        "change": None,
        "rows": [],
        "notes": [],
        "samples": None,
    }
    if question.samples:
        setting = WORDS[SAMPLER[question.task.function]].setting.said(language, {})
        known |= {"samples": [_spread(each, language) for each in question.samples], "samples_setting": setting}
    reading = question.reading
    if isinstance(question, Mistake):
        names = "right", "yours"
        known |= {"mistake": question, "cause": _cause(question.finding, language), "names": names}
    else:
        names = "yours", "changed"
        known |= {"change": question, "names": names}
    if reading is None:
        return known
    numbers = zip(names, (reading.right if isinstance(question, Mistake) else question.before, question.after))
    words, places = WORDS[reading.function], _places(reading, question.after)
    told = {name: each for name, each in numbers if each is not None}
    return {
        **known,
        "setting": words.setting.said(language, {}),
        "rows": [(name, words.shows.said(language, _places(reading, each))) for name, each in told.items()],
        "rule": words.rule.said(language, places),
        "notes": [note.said(language, places) for note in question.notes],
    }


def _spread(spread: float | str, language: Language) -> str:
    """The spread of samples, or why there is none."""
    return LABELS[language][spread] if isinstance(spread, str) else _digits(spread)


def _lines(quote: Quote, beside: Quote | None = None) -> Iterator[tuple[int, str, str, str]]:
    """Each line with its number, in three parts, of which the middle one is not as in the lines beside it."""
    other = beside if beside and len(beside.lines) == len(quote.lines) else quote
    for (number, text), (_, there) in zip(quote.lines, other.lines):
        text, there = staff_page.spaced(text), staff_page.spaced(there)
        start = len(commonprefix([text, there]))
        end = len(text) - len(commonprefix([text[start:][::-1], there[start:][::-1]]))
        # what is left out starts where it does for a reader: of equal texts the first, but no ")" of what stays
        while len(text) - end == len(there) - start and 0 < start < end and text[start - 1] == text[end - 1] != ")":
            start, end = start - 1, end - 1
        yield number, text[:start], text[start:end], text[end:]


def _cause(finding: Finding, language: Language) -> str:
    """The named cause of a mistake in words; "" where none is named."""
    if finding.kind != "cause":
        return ""
    said = map(as_text, finding.lines[0].cause.split("+"))
    return ("；" if language == "zh-TW" else "; ").join(each.said(language, {}) for each in said)


def _places(reading: Reading, numbers: Numbers | None) -> Mapping[str, str]:
    """All that words can name: the numbers, what follows from them, the right ones, and with a sign in front."""
    found = {**numbers, **reading.means(numbers), **reading.given} if numbers else dict(reading.given)
    right = {f"right_{name}": value for name, value in {**reading.right, **reading.means(reading.right)}.items()}
    signed = {f"s_{name}": ("- " if value < 0 else "+ ") + _digits(abs(value)) for name, value in found.items()}
    return {**signed, **{name: _digits(value) for name, value in {**found, **right}.items()}}


def _digits(value: float) -> str:
    """Three digits; what is rounding is 0."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{0.0 if abs(value) < 1e-6 else value:.3g}"
