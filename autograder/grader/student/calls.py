"""One call of a student's function: what is asked, what comes back, and what has to be there to make it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from grader import outcomes
from grader.sandbox import wire
from grader.student.budget import Budget, Clock
from grader.tasks import BY_FUNCTION
from grader.transcript.examiner import Examiner

SMALL_REPLY, LARGER = 1 << 20, 32  # a reply may have so many bytes, and so many times those of the call's arguments
Ask = Callable[[str, Any, Clock], Any]  # answers a question of the student's code: what is asked, and with what


@dataclass(frozen=True)
class Request:
    """A call with arrays, numbers, `Seed`, or an `Examiner` in a callable's place.

    seed: of torch's global generator before the call. stand_ins: the helpers for which the grader answers.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    seed: int
    stand_ins: list[str]

    @property
    def file(self) -> str:
        return BY_FUNCTION[self.function].file

    @property
    def examiner(self) -> Examiner | None:
        return next((each for each in (*self.args, *self.kwargs.values()) if isinstance(each, Examiner)), None)

    @property
    def numbers(self) -> int:
        """Of the model's state, once for each call that it answers; 0 where there is no model."""
        return math.prod(examiner.shape) * examiner.limit if (examiner := self.examiner) else 0

    @property
    def most(self) -> int:
        """The bytes that a reply may have."""
        given = [each.nbytes for each in (*self.args, *self.kwargs.values()) if isinstance(each, np.ndarray)]
        given += [8 * math.prod(examiner.shape)] if (examiner := self.examiner) else []
        return SMALL_REPLY + LARGER * sum(given)

    @property
    def body(self) -> dict[str, Any]:
        """The call as a worker gets it."""
        return {
            "module": Path(self.file).stem,
            "function": self.function,
            "args": [to_wire(a) for a in self.args],
            "kwargs": {name: to_wire(a) for name, a in self.kwargs.items()},
            "seed": self.seed,
            "stand_ins": self.stand_ins,
        }


AT_ONCE = 64  # calls in a message


@dataclass(frozen=True)
class Returned:
    """What a call gave back, as arrays and numbers, and what it did beside that."""

    value: Any
    changed: list[str]  # the arguments that the call modified, by position or name
    carries_graph: bool
    gradients: list[np.ndarray | None] | None = None  # of a loss, at each answer of its model


class Caller(Protocol):
    """What calls the student's functions in one check."""

    gone: outcomes.Loses | None  # why it cannot any more

    def prepare(self, file: str, budget: Budget, ask: Ask) -> None:
        """Have one of the student's files imported. Raises a `Loses` where that fails."""

    def call(self, requests: list[Request], ask: Ask, clock: Clock) -> list[Returned | outcomes.Loses]:
        """Make calls of one function, in their order: what came of one or more of them, the last of which may be lost.

        Raises a `Loses` where nothing came of any.
        """

    def close(self) -> None:
        """Let go of the student's code; a check that is over needs it no more."""


def to_wire(value: Any) -> Any:
    """A call's argument as the worker gets it: an examiner stays here, and only its name goes."""
    return wire.Callback(value.parameters, value.items > 0) if isinstance(value, Examiner) else value


def returned(reply: dict[str, Any]) -> Returned:
    """A worker's reply to a call; it is untrusted, so its form is checked."""
    gradients, changed = reply.get("gradients"), reply.get("changed")
    if (
        "returned" not in reply
        or not (isinstance(changed, list) and all(isinstance(name, str) for name in changed))
        or not (isinstance(gradients, list | None) and all(isinstance(g, np.ndarray | None) for g in gradients or []))
    ):
        raise wire.ProtocolError("a reply lacks something")
    return Returned(reply["returned"], changed, reply.get("carries_graph") is True, gradients)
