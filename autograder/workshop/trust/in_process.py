"""Graded files called in this process, without any boundary: for benchmarks and mutants, never for a mark."""

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import outcomes
from grader.paths import SOLUTION, STARTER
from grader.student.budget import Budget, Clock
from grader.student.calls import Ask, Caller, Request, Returned, returned


class InProcess:
    """While it is entered, calls the files in `folder`: a worker's conversion, but plain function calls.

    An exception of theirs loses the check, and nothing else does: nothing ends a call, there is no other process.
    """

    gone: outcomes.Loses | None = None

    def __init__(self, folder: Path = SOLUTION):
        self.folder = folder

    def __enter__(self) -> Callable[[], Caller]:
        """What a session takes as `caller`: the same one for each check."""
        import torch

        from grader.sandbox.worker import Worker

        torch.set_num_threads(1)
        sys.path[:0] = [str(self.folder), str(STARTER)]
        self.channel = _Loopback()
        self.worker = Worker(self.channel, STARTER)  # type: ignore[arg-type]
        return lambda: self

    def prepare(self, file: str, budget: Budget, ask: Ask) -> None:
        """Nothing: a call imports its file."""

    def call(self, requests: list[Request], ask: Ask, clock: Clock) -> list[Returned | outcomes.Loses]:
        """Call a function; whatever it raises loses the check."""
        self.channel.ask = lambda what, args: ask(what, args, clock)
        made: list[Returned | outcomes.Loses] = []
        for request in requests:
            made.append(self._outcome(request))
            if isinstance(made[-1], outcomes.Loses):
                break
        return made

    def _outcome(self, request: Request) -> Returned | outcomes.Loses:
        modules = {name: dict(vars(sys.modules[name])) for name in ("sampler", "score") if name in sys.modules}
        try:
            return returned(self.worker.call(**request.body))
        except outcomes.Loses as reason:
            return reason
        except (Exception, SystemExit) as error:
            return outcomes.Raised(f"{request.function} raised {type(error).__name__}: {error}")
        finally:  # a worker of its own has no other check's stand-ins
            for name, before in modules.items() if request.stand_ins else ():
                vars(sys.modules[name]).update(before)

    def close(self) -> None:
        """Nothing: the next check calls the same modules."""

    def __exit__(self, *exception: object) -> None:
        del sys.path[:2]
        for name in ("sampler", "score"):  # the next folder has others of these names
            sys.modules.pop(name, None)


class _Loopback:
    """In the place of a worker's channel: a question that is sent is answered here, and the answer received."""

    ask: Callable[..., Any]

    def send(self, question: dict[str, Any]) -> None:
        given = copy.deepcopy(question["args"])  # a transcript must not change with its tensors
        self.answer = self.ask(question["ask"], given)

    def receive(self) -> Any:
        return self.answer
