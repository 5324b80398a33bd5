"""All questions together."""

from course.quiz.bank import (
    coefficients,
    ddim_ideas,
    evaluation,
    evidence,
    key_ideas,
    langevin_ideas,
    langevin_numbers,
    misprints,
    sampling_ideas,
    score_ideas,
    score_numbers,
    steps,
)
from course.quiz.question import Question, Stratum

MODULES = (
    *(score_ideas, score_numbers, langevin_ideas, langevin_numbers, key_ideas, coefficients),
    *(steps, ddim_ideas, sampling_ideas, evidence, evaluation, misprints),
)
BANK: list[Question] = [question for module in MODULES for question in module.QUESTIONS]


def of(stratum: Stratum) -> list[Question]:
    """The questions of a stratum."""
    return [question for question in BANK if question.stratum is stratum]
