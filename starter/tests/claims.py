"""What the tests are written with: numbers for hand computations, and checks that fail in one sentence."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import torch
from torch import Tensor

# Two numbers that make every hand computation exact, since 0.6² + 0.8² = 1:
#   ᾱ_t    = 0.36    √ᾱ_t    = 0.6    √(1 − ᾱ_t)    = 0.8
#   ᾱ_prev = 0.64    √ᾱ_prev = 0.8    √(1 − ᾱ_prev) = 0.6
# so that α_t = 0.36/0.64 = 9/16, √α_t = 3/4, β_t = 1 − α_t = 7/16.


def f64(numbers: Any) -> Tensor:
    """The float64 tensor of a number or a list of numbers."""
    return torch.tensor(numbers, dtype=torch.float64)


ALPHA_BAR_T, ALPHA_BAR_PREV, ONE = f64(0.36), f64(0.64), f64(1.0)


def fail(sentence: str) -> NoReturn:
    """Fail without a traceback."""
    pytest.fail(sentence, pytrace=False)


def check(true: bool, sentence: str) -> None:
    """Fail with `sentence` unless `true`."""
    if not true:
        fail(sentence)


def close(got: Any, want: Tensor, what: str, tol: float = 1e-9) -> None:
    """`got` must be a tensor of the shape and dtype of `want`, each number within `tol` of the one wanted."""
    want = want.detach()
    if not isinstance(got, Tensor):
        fail(f"{what} must be a tensor of shape {tuple(want.shape)}; it is of type {type(got).__name__}")
    check(got.shape == want.shape, f"{what} must have shape {tuple(want.shape)}; it has {tuple(got.shape)}")
    check(got.dtype == want.dtype, f"{what} must be {want.dtype}; it is {got.dtype}")
    wrong = ~((got - want).abs() <= tol).flatten()  # written so that NaN is wrong
    if wrong.any():
        i = int(wrong.nonzero()[0])
        g, w = got.flatten()[i].item(), want.flatten()[i].item()
        many = f" ({int(wrong.sum())} of {len(wrong)} numbers are wrong)" if len(wrong) > 1 else ""
        fail(f"{what}: got {g:.6g}, by hand it is {w:.6g}{many}")


def refuses(call: Callable[[], Any], word: str) -> None:
    """`call` must raise a ValueError whose message has `word` in it."""
    try:
        call()
    except ValueError as error:
        check(word in str(error), f"the ValueError should speak of {word!r}; it says: {error}")
    else:
        fail("expected a ValueError, as in the file that you were given; no points hang on it")


def step_of(x: Tensor, t: Any) -> int:
    """The step at which a sampler asked its model about x; t must be int64, (B,), the same for all items."""
    right = isinstance(t, Tensor) and t.dtype == torch.int64 and t.shape == x.shape[:1]
    check(
        right,
        f"the model wants t as an int64 tensor of shape ({len(x)},), one for each item; it was given {t!r}",
    )
    check(bool((t == t[0]).all()), f"all items of the batch are at the same step; the model was given {t}")
    return int(t[0])


class Spy:
    """A function of (x, t) that answers with `answer(x, t)` and notes down what it was asked."""

    def __init__(self, answer: Callable[[Tensor, Any], Tensor]) -> None:
        self.answer, self.xs, self.ts = answer, [], []

    def __call__(self, x: Tensor, t: Any) -> Tensor:
        self.xs.append(x.clone())
        self.ts.append(t)
        return self.answer(x, t)


class StepSpy(Spy):
    """A noise predictor for a sampler: checks t, then answers with `answer(x_t, step)`, step an int."""

    def __call__(self, x: Tensor, t: Any) -> Tensor:
        return super().__call__(x, step_of(x, t))
