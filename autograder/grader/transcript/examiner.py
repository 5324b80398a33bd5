"""The examiner: the grader's own end of a callable that a student's function was handed.

It answers each call itself, so the network never enters the worker, and it keeps the transcript: how many calls,
at which t, from which states. From that the checks recover what each step of a sampler really was.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from grader.outcomes import Flooded, Wrong
from grader.phrases import phrase
from grader.sandbox.wire import Other

# the forms of what a worker says of a value that does not cross
TENSOR = re.compile(r"a (torch\.[a-z]{3,8}\d{0,3}) tensor of shape (\((?:[1-9]\d{0,3}(?:, ?[1-9]\d{0,3}){0,3},?)?\))")
TYPES = "ndarray|Parameter|str|complex|set|function|method|generator|type|Generator|Size|dtype|Tensor"
TYPE, HUGE = re.compile(rf"a value of type ({TYPES})"), "a huge integer"

DIGITS = 6  # of a shape that a student is told
OFTEN = 10  # times that a loss may ask its model about each of its items
# a sum of squares of such numbers still is a number of that dtype
LARGEST = {np.dtype(np.float64): 1e100, np.dtype(np.float32): 1e15}


@dataclass(frozen=True)
class Call:
    """One call of the model: the state and the second argument that it was asked with, and the answer it got."""

    x: np.ndarray  # (B, *D), in the dtype in which it came
    t: Any  # (B,) int64 for a noise predictor, a float for a score at noise level sigma, None for a plain score
    answer: np.ndarray  # (B, *D), in the dtype of x
    t_as_asked: str = ""  # how the second argument came: "int64 of shape (4,)"
    t_is_plain: bool = False  # whether it came as int64 of shape (B,)


class Examiner:
    """Answers `model(x, t)`, x float64, for a state of the given shape, and records every call.

    parameters: the names of the callable's arguments. T: the last step that the model knows (None: no steps).
    limit: the number of calls after which it refuses. remembers: whether the transcript holds the states and answers.
    items: of the model of a loss: a call may ask about any number of items, all calls together about so many.
    """

    def __init__(
        self,
        model: Callable[..., np.ndarray],
        shape: tuple[int, ...],
        limit: int,
        T: int | None = None,
        parameters: tuple[str, ...] = ("x_t", "t"),
        remembers: bool = True,
        items: int = 0,
    ):
        self.remembers, self.items = remembers, items
        self.model, self.shape, self.limit, self.T, self.parameters = model, shape, limit, T, parameters
        self.name = phrase("the model") if "t" in parameters else "score_fn"
        self.calls: list[Call] = []
        self.refused: np.ndarray | None = None  # a state that was not tame

    def answer(self, args: list[Any]) -> np.ndarray:
        """Answer one call; raises Wrong or Flooded where no noise predictor could answer."""
        if len(self.calls) >= self.limit:
            raise Flooded(
                phrase(
                    "{model} was called more than {most} times; fewer calls are enough.",
                    model=phrase("The model") if "t" in self.parameters else "score_fn",
                    most=self.limit,
                )
            )
        number = len(self.calls) + 1
        x, *rest = args
        count = len(x) if self.items and isinstance(x, np.ndarray) and x.ndim else self.shape[0]
        shape = (count, *self.shape[1:])
        if not isinstance(x, np.ndarray) or x.shape != shape or x.dtype not in LARGEST:
            raise Wrong(
                phrase(
                    "Call {number} of {model} got {x} as the state; "
                    "expected a float32 or float64 tensor of shape {shape}.",
                    number=number,
                    model=self.name,
                    x=describe(x),
                    shape=self.shape,
                )
            )
        if self.items and sum(len(call.x) for call in self.calls) + count > self.items:
            raise Flooded(
                phrase(
                    "The model was asked about more than {most} items, which is far more than is needed.",
                    most=self.items,
                )
            )
        if not tame(x):
            self.refused = x
            raise Wrong(
                phrase(
                    "The state that call {number} of {model} got has NaN, infinite or huge values.",
                    number=number,
                    model=self.name,
                )
            )
        t = self._second(rest[0], count, number) if rest else None
        answer = np.asarray(self.model(x.astype(np.float64), *([] if t is None else [t])))
        if answer.shape != shape:
            answer = np.broadcast_to(answer, shape)
        answer = answer.astype(x.dtype)
        states = (x, answer) if self.remembers else (x[:0].copy(), answer[:0].copy())  # a view would keep all of it
        self.calls.append(Call(states[0], t, states[1], *(_as_asked(rest[0], count) if rest else ())))
        return answer

    def transitions(self, end: np.ndarray | None) -> list[tuple[Call, Any]]:
        """Each call with the state that came after it: the next call's, or `end`, what the loop returned."""
        return list(zip(self.calls, [*(call.x for call in self.calls[1:]), end]))

    def _second(self, value: Any, count: int, number: int) -> Any:
        """The steps t, one for each of `count` items, or the noise level sigma, in whichever form it came."""
        if self.T is None:
            sigma = np.asarray(value if isinstance(value, (np.ndarray, float, int)) else np.nan, dtype=np.float64)
            if sigma.size != 1 or not tame(sigma):
                raise Wrong(
                    phrase(
                        "Call {number} of score_fn got {sigma} as sigma; expected one finite number.",
                        number=number,
                        sigma=describe(value),
                    )
                )
            return float(sigma.reshape(()))
        steps = np.asarray(value if isinstance(value, (np.ndarray, int, float)) else np.nan)
        whole = steps.dtype.kind == "i" or np.all(np.isfinite(steps) & (steps == np.round(steps)))
        if steps.shape not in ((), (1,), (count,)) or not whole:
            raise Wrong(
                phrase(
                    "Call {number} of the model got {t} as t; expected int64 of shape (B,).",
                    number=number,
                    t=describe(value),
                )
            )
        if steps.min(initial=1) < 1 or steps.max(initial=1) > self.T:
            raise Wrong(
                phrase(
                    "Call {number} asked the model at a t outside 1..T (t is 1-based; 0 is clean data).", number=number
                )
            )
        return np.broadcast_to(steps.astype(np.int64), (count,))


def model_of_a_loss(shape: tuple[int, ...], T: int) -> Examiner:
    """An examiner for a loss of states of this shape. Its answer about an item depends on that item alone.

    It is linear in x_t, so that rounding does no harm, plus numbers that no loss can know before it has asked.
    """
    wobble = np.random.default_rng(3).standard_normal((T + 1, *shape[1:]))
    most = OFTEN * shape[0]
    return Examiner(lambda x_t, t: 0.4 * x_t + wobble[t], shape, most, T, items=most)


def tame(values: np.ndarray) -> bool:
    """Whether a float array has no NaN, infinite or huge values, so that a check can compute with it."""
    return float(np.abs(values).max(initial=0)) < LARGEST[values.dtype]


def describe(value: Any) -> str:
    """A value's kind in words, without its content."""
    if isinstance(value, np.ndarray):
        return _described(value.dtype, value.shape)
    if isinstance(value, Other):
        return _other(str(value.description))
    if isinstance(value, list):  # the wire makes one of a tuple
        return phrase("a tuple or a list")
    return "None" if value is None else phrase("a {type}", type=type(value).__name__)


def _other(description: str) -> str:
    """The worker's own words, so only those of a known form."""
    if found := TENSOR.fullmatch(description):
        dtype, shape = found.groups()
        if _is_short(shape):
            return phrase("a {dtype} tensor of shape {shape}", dtype=dtype, shape=shape)
        return phrase("a {dtype} tensor of another shape", dtype=dtype)
    if found := TYPE.fullmatch(description):
        return phrase("a value of type {type}", type=found[1])
    return phrase("a huge integer") if description == HUGE else phrase("something else")


@lru_cache(maxsize=64)  # numpy takes its time to name a dtype, and a sampler asks alike a thousand times
def _described(dtype: np.dtype[Any], shape: tuple[int, ...]) -> str:
    if len(shape) <= 5 and (0 not in shape or len(shape) == 1) and _is_short(str(shape)):
        return phrase("{dtype} of shape {shape}", dtype=dtype, shape=shape)
    return phrase("{dtype} of another shape", dtype=dtype)


def _is_short(shape: str) -> bool:
    """Whether a shape may be told: its many digits could spell out a hidden number."""
    return len(re.findall(r"\d", shape)) <= DIGITS


def _as_asked(t: Any, count: int) -> tuple[str, bool]:
    """How a second argument came, in words, and whether as int64 of shape (B,)."""
    return describe(t), isinstance(t, np.ndarray) and t.dtype == np.int64 and t.shape == (count,)
