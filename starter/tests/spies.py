"""Models that note down what they were asked, and say in one sentence what was wrong with a question."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from claims import check, close, described
from diffusion.phrases import phrase


def step_of(x: Tensor, t: Any) -> int:
    """The step at which a sampler asked its model about x; t must be int64, (B,), the same for all items."""
    right = isinstance(t, Tensor) and t.dtype == torch.int64 and t.shape == x.shape[:1]
    check(
        right,
        "the model wants t as an int64 tensor of shape ({count},), as time_like makes it; t is {got}",
        count=len(x),
        got=described(t),
    )
    check(
        bool((t == t[0]).all()),
        "all items of the batch are at the same step; the model was asked at {asked}",
        asked=t.tolist(),
    )
    return int(t[0])


class Spy:
    """A function of (x_t, t) that answers with `answer(x_t, t)` and notes down what it was asked."""

    def __init__(self, answer: Callable[[Tensor, Any], Tensor]) -> None:
        self.answer, self.xs, self.ts = answer, [], []

    def __call__(self, x_t: Tensor, t: Any) -> Tensor:
        self.xs.append(x_t.detach().clone())
        self.ts.append(t)
        return self.answer(x_t, t)


class StepSpy(Spy):
    """A noise predictor for a sampler: checks t, then answers with `answer(x_t, step)`, step an int."""

    def __call__(self, x_t: Tensor, t: Any) -> Tensor:
        return super().__call__(x_t, step_of(x_t, t))


class ItemSpy(Spy):
    """A model for a loss: notes the (x_t, t) of each item, in one call for all of them or in several."""

    def __call__(self, x_t: Tensor, t: Any) -> Tensor:
        right = isinstance(t, Tensor) and t.dtype == torch.int64 and t.shape == x_t.shape[:1]
        check(
            right,
            "the model wants t as an int64 tensor of shape ({count},), one step an item; t is {got}",
            count=len(x_t),
            got=described(t),
        )
        return super().__call__(x_t, t)

    def was_asked(self, x_t: Tensor, t: Tensor) -> None:
        """Fail unless the model was asked about each item of x_t, at its own step of t, and about nothing else."""
        check(bool(self.xs), "the loss never asked the model")
        asked, right = torch.cat(self.ts).tolist(), dict(zip(t.tolist(), x_t))
        steps, told = sorted(right), sorted(set(asked))
        check(
            told == steps,
            "the model must be asked at the steps {steps}; it was asked at {told}",
            steps=steps,
            told=told,
        )
        close(torch.cat(self.xs), torch.stack([right[step] for step in asked]), phrase("the x_t that the model sees"))
