"""All questions together."""

from course.quiz.bank import ddim, evaluation, evidence, key_idea, langevin, one_step, scores
from course.quiz.question import Question
from course.quiz.strata import STRATA, Stratum

BANK: list[Question] = [
    question
    for module in (scores, langevin, key_idea, one_step, ddim, evidence, evaluation)
    for question in module.QUESTIONS
]


def of(stratum: Stratum) -> list[Question]:
    """The questions of a stratum."""
    return [question for question in BANK if question.stratum is stratum]


assert all(of(stratum) for stratum in STRATA)
