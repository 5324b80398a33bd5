"""What the two losses, 1.3 and 2.3, are held to: the value, the gradient, and what the model was asked with.

The model is the public scale · x_t + shift + slope · t, so the right loss and its gradient are known in closed form.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks import cases
from checks.cases import IMAGES, POINTS, SCHEDULES
from checks.judge import EXACT, SINGLE, close, expect, kept
from checks.oracle import steps
from checks.oracle.losses import Loss
from checks.promises import SHAPES, asked_about_each_item
from grader.wire import PublicModel

ALPHA_BAR = SCHEDULES["linear"][::25]  # T = 40 steps, from clean data to noise


@dataclass(frozen=True)
class LossChecks:
    """The checks of one loss function: its name, the model that it is handed, and the oracle's loss."""

    function: str
    model: PublicModel
    oracle: Callable[..., Loss]

    def case(self, shape: tuple[int, ...], dtype: type = np.float64, size: int = 1) -> tuple[tuple[Any, ...], Loss]:
        """The arguments of a call, with a t for each item and states of a size, and the right loss and gradient."""
        x_0, eps = size * np.asarray(cases.states(31, 2, shape), dtype)
        t = np.random.default_rng(31).integers(5, len(ALPHA_BAR), shape[0])
        t[:2] = (len(ALPHA_BAR) - 1, 1)[: shape[0]]
        model = self.model
        want = self.oracle(model.scale, model.shift, model.slope, x_0, t, eps, ALPHA_BAR)
        return (model, x_0, t, eps, ALPHA_BAR), want

    def value(self, student: Any) -> None:
        for shape in SHAPES:
            arguments, (want, _) = self.case(shape)
            close(student(self.function, *arguments).value, want, f"The loss for shape {shape}", 1 + want)

    def gradient(self, student: Any) -> None:
        for shape in (POINTS, IMAGES):
            arguments, (loss, gradients) = self.case(shape)
            returned = student(self.function, *arguments)
            found = returned.gradients
            expect(found is not None, "The loss is not a scalar tensor that carries a graph to the model.")
            reached = not any(map(math.isnan, found))
            expect(reached, "No gradient of the loss reaches the model: it must not be detached, or made without one.")
            want = np.array(list(gradients.values()))
            close(np.array(found), want, "The gradient of the loss", 1 + np.abs(want))
            close(returned.value, loss, "The loss", 1 + loss)

    def model_call(self, student: Any) -> None:
        for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
            arguments, (want, _) = self.case(POINTS, dtype, size=10)  # so that a clip shows
            _, x_0, t, eps, alpha_bar = arguments
            returned = student(self.function, *arguments)
            close(returned.value, want, "The loss", 10 * (1 + want), tolerance)
            x_t = asked_about_each_item(returned, steps.q_sample(x_0, alpha_bar[t], eps), t, tolerance)
            kept(returned, x_0, x_t, "The x_t that the model got")
