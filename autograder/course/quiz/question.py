"""What a question is: a text with places for numbers, in two languages, the right answer, and what mistakes give."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Literal

from grader.settings import Language

Kind = Literal["choice", "number", "written"]
POINTS: dict[Kind, int] = {"choice": 2, "number": 3, "written": 3}
DECIMALS = 3  # that a right number may have, so that it is found without a calculator
PLACE = re.compile(r"<(\w+)>")

Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """Markdown with $LaTeX$ in both languages; <name> is a place for a number."""

    en: str
    zh: str

    def said(self, language: Language, numbers: Numbers) -> str:
        """The text in one language, with the numbers in their places."""
        return PLACE.sub(lambda place: shown(numbers[place[1]]), self.zh if language == "zh-TW" else self.en)


Answer = float | Text
Calculated = Callable[..., Any]  # from the numbers: an answer, an array of one, or None where there is none


def formula(latex: str) -> Text:
    """A formula, which is the same in both languages."""
    return Text(f"${latex}$", f"${latex}$")


def shown(value: Any) -> str:
    """A number as it is printed in a formula, with four digits at most where it is long; text as it is.

    Below 0 it is in braces, so that no space comes behind its sign.
    """
    if isinstance(value, str):
        return value
    exact = round(float(value), 6) + 0.0  # no −0
    digits = f"{exact:g}" if exact == round(exact, 4) else f"{exact:.4g}"
    return f"{{{digits}}}" if exact < 0 else digits


def tolerance(right: float) -> float:
    """How far a number may be from the right one: a hundredth of it, and at least a thousandth."""
    return max(0.001, 0.01 * abs(right))


@dataclass(frozen=True)
class Stratum:
    """A topic at one level of difficulty, asked in one kind; each paper has one question of each stratum."""

    key: str
    topic: Text
    kind: Kind
    level: int  # from 1, easy

    @property
    def points(self) -> int:
        return POINTS[self.kind]


@dataclass(frozen=True, eq=False)
class Question:
    """One question of the bank.

    right, wrong: an answer or a function of the numbers; a written question has no right one, and its wrong ones are
    what people write. wrong: by the key of a misconception (`mistakes`). variants: the numbers that may be drawn.
    must: of a choice the reason, of a number the formula, of a written answer what it must say, a line for each point.
    more: what else is put into the text, from the numbers. figure: an SVG, from the language and the numbers.
    about: the results that it asks for or tells; no other question of a paper is about one of them.
    """

    key: str
    slide: str  # the heading of the slide that asks or states it
    stratum: Stratum
    text: Text
    must: tuple[Text, ...]
    right: Answer | Calculated | None = None
    wrong: Mapping[str, Answer | Calculated] = field(default_factory=dict)
    variants: Sequence[Numbers] = ({},)
    more: Callable[..., Numbers] | None = None
    figure: Callable[..., str] | None = None
    about: tuple[str, ...] = ()

    @cached_property
    def drawable(self) -> list["Asked"]:
        """The question with each of its numbers that leave all answers apart, and need no calculator."""
        return [asked for asked in (Asked(self, numbers) for numbers in self.variants) if asked.plain]


@dataclass(frozen=True, eq=False)
class Asked:
    """A question with its numbers."""

    question: Question
    numbers: Numbers

    @cached_property
    def right(self) -> Answer | None:
        return self._value(self.question.right)

    @cached_property
    def wrong(self) -> dict[str, Answer]:
        """What each misconception gives."""
        found = {cause: self._value(answer) for cause, answer in self.question.wrong.items()}
        return {cause: answer for cause, answer in found.items() if answer is not None}

    @property
    def plain(self) -> bool:
        """Whether the right number is short, and no answer is another one within the tolerance, nor nearly."""
        right = self.right
        if (
            isinstance(right, float)
            and self.question.stratum.kind == "number"
            and abs(round(right, DECIMALS) - right) > 1e-9
        ):
            return False
        answers = [answer for answer in (right, *self.wrong.values()) if isinstance(answer, float)]
        return all(math.isfinite(one) for one in answers) and all(
            abs(one - other) > 2 * (tolerance(one) + tolerance(other)) for one, other in _pairs(answers)
        )

    def text(self, language: Language) -> str:
        more = self.question.more(**self.numbers) if self.question.more else {}
        return self.question.text.said(language, {**self.numbers, **more})

    def must(self, language: Language) -> list[str]:
        """What an answer must contain, a line each; the places may hold the numbers and <right>."""
        numbers = {**self.numbers, "right": self.answer(self.right, language) if self.right is not None else ""}
        return [line.said(language, numbers) for line in self.question.must]

    def answer(self, answer: Answer | None, language: Language) -> str:
        """An answer as it is printed."""
        if answer is None:
            return ""
        return answer.said(language, self.numbers) if isinstance(answer, Text) else f"${shown(answer)}$"

    def figure(self, language: Language) -> str:
        return self.question.figure(language, **self.numbers) if self.question.figure else ""

    def _value(self, answer: Answer | Calculated | None) -> Answer | None:
        value = answer(**self.numbers) if callable(answer) else answer
        return value if value is None or isinstance(value, Text) else float(value)


def grid(**choices: Sequence[Any]) -> list[dict[str, Any]]:
    """All combinations of the choices of each number."""
    return [dict(zip(choices, values)) for values in product(*choices.values())]


def _pairs(answers: list[float]) -> Iterator[tuple[float, float]]:
    for place, one in enumerate(answers):
        for other in answers[place + 1 :]:
            yield one, other
