"""The questions that the lecture asks on its slides, in its order: W7 is question 7 of DERIVATIONS.md, section 6.

Where a paper of the quiz asks the same, the question is the quiz's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from course.quiz.bank.bank import BANK
from course.quiz.question import Question
from course.written import lecture
from grader.settings import Settings
from grader.tasks import Task


@dataclass(frozen=True, eq=False)
class Written:
    """A question with its number; `task` is the one that it belongs to, without which it is not asked."""

    number: str
    task: str
    question: Question

    @property
    def points(self) -> int:
        return self.question.stratum.points


def asked(settings: Settings, tasks: Collection[Task]) -> list[Written]:
    """The questions of a course that decides so and gives these tasks, which may be those of one assignment."""
    given = {task.task for task in tasks}
    return [each for each in QUESTIONS if each.number in settings.written and each.task in given]


BY_KEY = {question.key: question for question in (*lecture.QUESTIONS, *BANK)}
QUESTIONS = [
    Written("W1", "2.1", BY_KEY["score"]),
    Written("W2", "2.2", BY_KEY["tweedie"]),
    Written("W3", "2.4", BY_KEY["why_the_score"]),
    Written("W4", "2.3", BY_KEY["score_from_samples"]),
    Written("W5", "2.11", BY_KEY["speed_up"]),
    Written("W6", "2.8", BY_KEY["which_process_is_not_markovian"]),
    Written("W7", "2.8", BY_KEY["coefficients"]),
    Written("W8", "2.8", BY_KEY["why_linear"]),
    Written("W9", "2.8", BY_KEY["why_keep_the_jump"]),
    Written("W10", "2.9", BY_KEY["sigma_zero"]),
    Written("W11", "2.9", BY_KEY["both_means"]),
    Written("W12", "2.9", BY_KEY["ddpm_is_special"]),
    Written("W13", "2.8", BY_KEY["largest_sigma_and_memory"]),
    Written("W14", "2.11", BY_KEY["few_steps"]),
]
