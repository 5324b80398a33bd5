"""The questions as Markdown: `answers.md` for a student, `RUBRIC.md` for the staff; and what a student wrote.

Where a course has two languages, a question stands in both, one below the other.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from course.quiz.mistakes import told
from course.quiz.question import Text
from course.written.questions import Written
from grader.settings import Language

ANSWERS, RUBRIC = "answers.md", "RUBRIC.md"
QUESTION = re.compile(r"\s*#+\s*(W\d+)\b")  # how its section begins, also where somebody changed the heading
HEAD = Text(
    """# Written answers: {points} points

The lecture asks these questions on its slides. Write below each "your answer", in your own words, in English or in
Chinese: two to five sentences, and formulas as `$...$` or in plain text. Keep the headings, which say what you answer.
`make submission` takes this file along. A person marks it, and its points stand beside those of your code.
""",
    """# 書面作答：{points} 分

這些是課堂投影片上的問題。請寫在每一個「你的回答」下面，用自己的話，中文或英文都可以：
兩到五句，公式寫成 `$...$` 或純文字。請保留標題，它們說明你回答的是哪一題。
`make submission` 會把這個檔案一起放進 zip。由人批改，分數和程式的分數分開列出。
""",
)
STAFF = Text(
    """# Rubric for the written answers: {points} points

For the course staff. One point for each thing that an answer must say, in whatever words; a point may be halved.
What is listed as common is worth nothing, and takes nothing away. The derivations are in
[DERIVATIONS.md](DERIVATIONS.md), section 6: W7 is question 7. The handout's table of misprints and its "Change one
line" give a few of these things in a word: look for the student's own reason.
""",
    """# 書面作答的評分標準：{points} 分

僅供教學人員。回答必須說到的每一點各一分，用什麼字句都可以，也可以給半分。列為「常見」的回答沒有分數，也不扣分。
推導見 [DERIVATIONS.md](DERIVATIONS.md) 第 6 節：W7 就是那裡的第 7 題。講義的勘誤表和「只改一行」已經提到其中幾點：
請看學生自己的理由。
""",
)
POINTS, MINE = Text("{points} points", "{points} 分"), Text("your answer", "你的回答")
MUST, COMMON = Text("One point for each:", "每項一分："), Text("Common, and worth nothing:", "常見、但沒有分數：")


def answers(questions: Sequence[Written], languages: Sequence[Language]) -> str:
    """answers.md: each question with its slide, its points and a place for the answer."""
    return "\n".join([_top(HEAD, questions, languages), *(_place(each, languages) for each in questions)])


def rubric(questions: Sequence[Written], languages: Sequence[Language]) -> str:
    """RUBRIC.md: each question with what must be said, and what is often said wrongly."""
    parts = [_asked(each, languages) + "\n" + _criteria(each, languages) for each in questions]
    return "\n".join([_top(STAFF, questions, languages), *parts])


def criteria(written: Written, language: Language) -> str:
    """What must be said, and what is often said wrongly, in one language."""
    wrong = [told(cause, answer).said(language, {}) for cause, answer in written.question.wrong.items()]  # type: ignore[arg-type]
    must = [line.said(language, {}) for line in written.question.must]
    return "".join(_listed(head.said(language, {}), lines) for head, lines in ((MUST, must), (COMMON, wrong)))


def text(written: Written, language: Language) -> str:
    """The question itself."""
    return written.question.text.said(language, {})


def split(written: str, questions: Sequence[Written], languages: Sequence[Language]) -> dict[str, str]:
    """What a student wrote into answers.md, by question, without what stands there for all; "" has what is above."""
    own = {line.strip() for line in answers(questions, languages).splitlines()}
    found: dict[str, list[str]] = defaultdict(list)
    here = ""
    for line in written.splitlines():
        here = head[1] if (head := QUESTION.match(line)) else here
        if not line.strip() or line.strip() not in own:
            found[here].append(line)
    return {number: "\n".join(lines).strip() for number, lines in found.items() if any(map(str.strip, lines))}


def _top(head: Text, questions: Sequence[Written], languages: Sequence[Language]) -> str:
    points = sum(each.points for each in questions)
    return "\n".join(head.said(language, {}).format(points=points) for language in languages)


def _place(written: Written, languages: Sequence[Language]) -> str:
    mine = " · ".join(MINE.said(language, {}) for language in languages)
    return f"{_asked(written, languages)}\n### {written.number}: {mine}\n\n\n"


def _asked(written: Written, languages: Sequence[Language]) -> str:
    points = " · ".join(POINTS.said(language, {}).format(points=written.points) for language in languages)
    texts = "\n\n".join(text(written, language) for language in languages)
    return f"## {written.number} ({points})\n\n*{written.question.slide}*\n\n{texts}\n"


def _criteria(written: Written, languages: Sequence[Language]) -> str:
    return "".join(criteria(written, language) for language in languages)


def _listed(head: str, lines: Sequence[str]) -> str:
    return "\n".join([head, "", *(f"* {line}" for line in lines), "", ""])
