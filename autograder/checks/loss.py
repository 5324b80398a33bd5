"""What the two losses, 1.3 and 2.3, are held to: the value, the gradient, and what the model was asked with.

The model is the grader's own: its transcript tells what was asked, and without asking no value can be right. Only the
gradient at the model's answers is the word of the student's process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks import cases
from checks.cases import IMAGES, POINTS, SCHEDULES, SHAPES
from checks.judge import EXACT, ROUGH, SINGLE, asked_plainly, close, expect, for_shape, kept, numbers
from checks.promises import items_asked
from grader.checking import Examiner, Returned, model_of_a_loss, phrase
from oracle import steps
from oracle.arrays import Array
from oracle.losses import Loss

ALPHA_BAR = SCHEDULES["linear"][::25]  # T = 40 steps, from clean data to noise


@dataclass(frozen=True)
class Case:
    """One call of a loss: its arguments, the right loss and gradient, and the x_t that the model must be asked with."""

    examiner: Examiner
    x_0: np.ndarray
    t: np.ndarray
    eps: np.ndarray
    loss: float
    gradient: Array
    x_t: Array

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.examiner, self.x_0, self.t, self.eps, ALPHA_BAR


@dataclass(frozen=True)
class LossChecks:
    """The checks of one loss function: its name and the oracle's loss."""

    function: str
    oracle: Callable[..., Loss]

    def case(self, shape: tuple[int, ...], dtype: type = np.float64, size: int = 1) -> Case:
        """A call with a t for each item and states of a size."""
        x_0, eps = size * np.asarray(cases.states(31, 2, shape), dtype)
        t = np.random.default_rng(31).integers(5, len(ALPHA_BAR), shape[0])
        t[:2] = (len(ALPHA_BAR) - 1, 1)[: shape[0]]
        examiner = model_of_a_loss(shape, len(ALPHA_BAR) - 1)
        want = self.oracle(examiner.model, x_0, t, eps, ALPHA_BAR)
        return Case(examiner, x_0, t, eps, *want, steps.q_sample(x_0, ALPHA_BAR[t], eps))

    def value(self, student: Any) -> None:
        for shape in SHAPES:
            case = self.case(shape)
            value = student(self.function, *case.arguments).value
            close(value, case.loss, for_shape(phrase("The loss"), shape), 1 + case.loss)
            items_asked(case.examiner, case.x_t, case.t, ROUGH)

    def gradient(self, student: Any) -> None:
        for shape in (POINTS, IMAGES):
            case = self.case(shape)
            returned = student(self.function, *case.arguments)
            scale = np.abs(case.gradient).max()
            found, elsewhere = _gradient(returned, case)
            close(found, case.gradient, phrase("The gradient of the loss"), scale)
            other = phrase("The gradient where the model was asked about something else")
            close(elsewhere, 0 * elsewhere, other, scale)
            close(returned.value, case.loss, phrase("The loss"), 1 + case.loss)

    def model_call(self, student: Any) -> None:
        for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
            case = self.case(POINTS, dtype, size=10)  # so that a clip shows
            returned = student(self.function, *case.arguments)
            close(returned.value, case.loss, phrase("The loss"), 10 * (1 + case.loss), tolerance)
            asked = items_asked(case.examiner, case.x_t, case.t, tolerance)
            expect(-1 not in asked, "The model got an x_t or a t that no item of the batch has.")
            for call in case.examiner.calls:
                asked_plainly(call)
                kept(returned, case.x_0, call.x, phrase("The x_t that the model got"))


def _gradient(returned: Returned, case: Case) -> tuple[Array, Array]:
    """The gradient at the model's answers, summed over all questions about an item, and over all about none."""
    expect(returned.gradients is not None, "The loss is not a scalar tensor that carries a graph to the model.")
    asked = items_asked(case.examiner, case.x_t, case.t, ROUGH)
    found, answers = returned.gradients or [], [call.answer for call in case.examiner.calls]
    reached = len(found) == len(answers) and any(part is not None for part in found)
    expect(reached, "No gradient of the loss reaches the model: it must not be detached, or made without one.")
    what = phrase("The gradient at the model's answer")
    parts = [
        np.zeros(answer.shape) if part is None else numbers(part, answer.shape, what)
        for part, answer in zip(found, answers)
    ]
    total = np.zeros((len(case.t) + 1, *case.gradient.shape[1:]))  # the last row is that of −1
    np.add.at(total, asked, np.concatenate(parts))
    return total[:-1], total[-1]
