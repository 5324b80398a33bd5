"""Which questions a paper has, and with which numbers: one of each stratum, so that all papers are equally difficult.

Neighbours share no question. No question comes twice with the same numbers where it has numbers to calculate with. The
questions of a paper are about different things, so that none tells another's answer. All are used about equally often.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from course.quiz.bank.bank import of
from course.quiz.question import Answer, Asked, Question
from course.quiz.strata import STRATA

TRIES = 100  # at a paper, each with the strata in another order, and with less care for equal use
LETTERS = "ABCD"


class TooMany(Exception):
    """More papers than can differ; `possible` of them can."""

    def __init__(self, possible: int) -> None:
        super().__init__(possible)
        self.possible = possible


@dataclass(frozen=True, eq=False)
class Item:
    """A question of a paper: its number there, its numbers, and the options of a choice, (cause, answer), in order.

    The right option has the cause "".
    """

    number: int
    asked: Asked
    options: list[tuple[str, Answer]]

    @property
    def question(self) -> Question:
        return self.asked.question

    @property
    def letter(self) -> str:
        """Of the right option; "" where there are none."""
        return next((letter for letter, (cause, _) in zip(LETTERS, self.options) if not cause), "")


@dataclass(frozen=True, eq=False)
class Paper:
    """A paper, numbered from 1."""

    number: int
    items: list[Item]

    @property
    def points(self) -> int:
        return sum(item.question.stratum.points for item in self.items)


def papers(seed: int, count: int) -> list[Paper]:
    """So many papers; the same seed gives the same ones, and a larger count begins with those of a smaller one.

    Raises TooMany.
    """
    left = {
        question: list(np.random.default_rng([seed, place]).permutation(np.array(question.drawable, object)))
        for place, question in enumerate(question for stratum in STRATA for question in of(stratum))
    }
    used: Counter[Question] = Counter()
    made: list[Paper] = []
    for number in range(1, count + 1):
        rng = np.random.default_rng([seed, number, 0])
        before = {item.question for item in made[-1].items} if made else set()
        chosen = next(filter(None, (_chosen(rng, before, left, used, slack) for slack in range(1, TRIES))), None)
        if chosen is None:
            raise TooMany(len(made))
        used.update(chosen)
        made.append(
            Paper(number, [_item(place, _next(left, question), rng) for place, question in enumerate(chosen, 1)])
        )
    return made


def _chosen(
    rng: np.random.Generator,
    before: set[Question],
    left: dict[Question, list[Asked]],
    used: Counter[Question],
    slack: float,
) -> list[Question] | None:
    """A question for each stratum in order, about different things; None where what is left does not allow that.

    Of two that are used differently often, by `slack` or more, the one that is used less is taken.
    """
    found: dict[str, Question] = {}
    about: set[str] = set()
    for stratum in (STRATA[place] for place in rng.permutation(len(STRATA))):
        free = [q for q in of(stratum) if q not in before and left[q] and about.isdisjoint(q.about)]
        if not free:
            return None
        question = min(free, key=lambda q: used[q] + slack * rng.random())
        found[stratum.key] = question
        about.update(question.about)
    return [found[stratum.key] for stratum in STRATA]


def _next(left: dict[Question, list[Asked]], question: Question) -> Asked:
    """The question with its next numbers. Where numbers only dress a question up, they come again after a while."""
    asked = left[question].pop(0)
    if question.stratum.kind != "number":
        left[question].append(asked)
    return asked


def _item(number: int, asked: Asked, rng: np.random.Generator) -> Item:
    """The options of numbers go up; those of words are shuffled."""
    if asked.right is None or asked.question.stratum.kind != "choice":
        return Item(number, asked, [])
    options: list[tuple[str, Answer]] = [("", asked.right), *asked.wrong.items()]
    if isinstance(asked.right, float):
        return Item(number, asked, sorted(options, key=lambda option: option[1]))  # type: ignore[arg-type,return-value]
    return Item(number, asked, [options[place] for place in rng.permutation(len(options))])
