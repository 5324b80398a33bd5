"""Graded files called in this process, without any boundary: for benchmarks and mutants, never for a mark."""

import copy
import sys
from pathlib import Path
from typing import Any

from grader import outcomes
from grader.paths import SOLUTION, STARTER
from grader.student import stand_ins
from grader.student.session import Returned, Student, returned, to_wire
from grader.tasks import BY_FUNCTION
from grader.transcript.examiner import Examiner


class InProcess:
    """While it is entered, each `Student` calls the files in `folder`: the same conversion, but plain function calls.

    An exception of theirs loses the check, and nothing else does: no limit of time, no other process.
    """

    def __init__(self, folder: Path = SOLUTION):
        self.folder = folder

    def __enter__(self) -> None:
        import torch

        from grader.sandbox.worker import Worker, pack

        torch.set_num_threads(1)
        sys.path[:0] = [str(self.folder), str(STARTER)]
        asked: list[Examiner] = []

        class Loopback(Worker):
            def ask(self, what: str, args: list) -> Any:
                given = copy.deepcopy([pack(each) for each in args])  # a transcript must not change with its tensors
                answer = asked[-1].answer(given) if what == "callback" else stand_ins.answer(what, *given)
                return [self.unpack(each) for each in answer] if isinstance(answer, list) else self.unpack(answer)

        worker = Loopback(None, STARTER)  # type: ignore[arg-type]
        self.before = Student.__call__

        def call(student: Student, function: str, *args: Any, seed: int = 0, **kwargs: Any) -> Returned:
            asked.extend(each for each in (*args, *kwargs.values()) if isinstance(each, Examiner))
            file = BY_FUNCTION[function].file
            if problem := student.session.submission.problems.get(file):
                raise outcomes.NotRun(problem)
            named = {name: to_wire(each) for name, each in kwargs.items()}
            request = (file.removesuffix(".py"), function, [to_wire(each) for each in args], named, seed)
            modules = {name: dict(vars(sys.modules[name])) for name in ("sampler", "score") if name in sys.modules}
            try:
                return returned(worker.call(*request, student.stand_in_for))
            except outcomes.Loses:
                raise
            except (Exception, SystemExit) as error:
                raise outcomes.Raised(f"{function} raised {type(error).__name__}: {error}") from error
            finally:  # a worker of its own has no other check's stand-ins
                for name, before in modules.items() if student.stand_in_for else ():
                    vars(sys.modules[name]).update(before)

        Student.__call__ = call  # type: ignore[method-assign, assignment]

    def __exit__(self, *exception: object) -> None:
        Student.__call__ = self.before  # type: ignore[method-assign]
        del sys.path[:2]
        for name in ("sampler", "score"):  # the next folder has others of these names
            sys.modules.pop(name, None)
