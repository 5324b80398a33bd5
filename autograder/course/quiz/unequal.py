"""Whether the questions of a stratum are equally difficult, as papers of equal difficulty claim.

By a permutation test: if they are, and papers were handed out without regard to who is good, then any exchange of the
marks of a stratum among its papers was as likely. How far its questions differ is the sum over them of n (mean of
their n marks)^2; p is the share of exchanges, the real one with them, in which they differ as far or further. A stratum
is named where p times the number of strata is at most LEVEL, so that a quiz of equal questions has one named with a
probability of at most LEVEL.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from course.quiz.marks import Marked
from course.quiz.question import Question, Stratum
from course.quiz.strata import STRATA

LEVEL = 0.05
EXCHANGES = 9_999
SEED = 1  # of the exchanges, so that a table says the same each time


@dataclass(frozen=True)
class Unequal:
    """A stratum whose questions differ by more than chance."""

    stratum: Stratum
    p: float
    shares: dict[Question, tuple[float, int]]  # of the points, on average; in how many papers


def unequal(papers: list[Marked]) -> list[Unequal]:
    """The strata whose questions differ by more than chance, in the order of the papers."""
    found = (_of(stratum, papers) for stratum in STRATA)
    return [each for each in found if each and each.p * len(STRATA) <= LEVEL]


def _of(stratum: Stratum, papers: list[Marked]) -> Unequal | None:
    """A stratum with its p; None where one question alone was asked."""
    marks = defaultdict(list)
    for paper in papers:
        for question, mark in paper.marks.items():
            if question.stratum is stratum:
                marks[question].append(mark)
    if len(marks) < 2:
        return None
    counts = [len(mine) for mine in marks.values()]
    real = np.concatenate([*marks.values()])
    exchanged = np.random.default_rng(SEED).permuted(np.tile(real, (EXCHANGES, 1)), axis=1)
    as_far = (_differ(exchanged, counts) >= _differ(real, counts) - 1e-9).sum()
    shares = {question: (float(np.mean(mine)) / stratum.points, len(mine)) for question, mine in marks.items()}
    return Unequal(stratum, (1 + int(as_far)) / (1 + EXCHANGES), shares)


def _differ(marks: np.ndarray, counts: list[int]) -> np.ndarray:
    """How far questions differ, whose marks, so many of each, stand one after the other on the last axis."""
    sums = np.add.reduceat(marks, np.cumsum([0, *counts[:-1]]), axis=-1)
    return (sums**2 / counts).sum(axis=-1)
