"""One marking: the calls that checks make on the student's functions, each check in a worker of its own."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from grader import outcomes, overlay
from grader.phrases import phrase
from grader.sandbox import wire
from grader.sandbox.zygote import Zygote
from grader.student import stand_ins
from grader.student.budget import LIMITS, Budget, Clock, Limits
from grader.student.calls import AT_ONCE, Caller, Request, Returned
from grader.student.in_worker import Workers
from grader.transcript.evidence import Evidence
from grader.transcript.examiner import Examiner


class Session:
    """One submission being marked: hands out a fresh `Student` for each check."""

    def __init__(
        self,
        zygote: Zygote,
        submission: overlay.Submission,
        tier: str = "cpu",
        exposed: bool = False,
        limits: Limits = LIMITS,
        caller: Callable[[], Caller] | None = None,
    ):
        """tier: "closed-form", "cpu" with the trained network, too, "gpu" with the checks that need CUDA, too.

        exposed: whether a worker may be used that could read the grader's files. caller: makes what calls the functions
        in one check; a worker, where nothing is given.
        """
        self.zygote, self.submission, self.tier = zygote, submission, tier
        self.workers = Workers(zygote, submission, exposed)
        self.caller = caller or self.workers.fresh
        gpu = tier == "gpu"  # where a GPU is, Gradescope's limit is not: the network has all the time that it takes
        self.budget = Budget(replace(limits, own=math.inf) if gpu else limits)
        self.calls = 0

    def __enter__(self) -> "Session":
        """While it is entered, workers are started ahead."""
        self.workers.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self.workers.__exit__(*raised)

    def student(self, stand_in_for: list[str] | None = None) -> "Student":
        """A student for one check; the grader answers for the helpers in `stand_in_for`."""
        return Student(self, self.caller(), stand_in_for or [])

    def no_gpu(self) -> str:
        """Why the checks of the GPU tier do not run; empty where they do."""
        if self.tier != "gpu":
            return phrase("Not run: the GPU tier was not asked for.")
        try:
            self.zygote.predictor("cuda")
        except outcomes.NoDevice:
            return phrase("Not run: no CUDA device.")
        return ""

    def is_right(self, helper: str, stand_in_for: list[str], again: bool = True) -> bool:
        """Whether a public helper, with right helpers of its own, gives right answers on a few plain inputs."""
        student = self.student(stand_in_for)
        try:
            return all(
                stand_ins.agrees(helper, args, student(helper, *args).value) for args in stand_ins.probes(helper)
            )
        except outcomes.Loses as reason:
            return again and outcomes.from_outside(reason) and self.is_right(helper, stand_in_for, again=False)
        finally:
            student.close()


class Student:
    """The student's functions, in one check. `student("ddim_step", x_t, ...)` calls one of them."""

    def __init__(self, session: Session, caller: Caller, stand_in_for: list[str]):
        self.session, self.caller, self.stand_in_for = session, caller, stand_in_for
        self.seen: deque[tuple[str, tuple[Any, ...], Any]] = deque(maxlen=8)  # the last calls and what they returned
        self.answered: set[str] = set()  # the helpers for which the grader answered
        self.evidence: Evidence | None = None  # where the transcripts go, if they are wanted

    def __call__(self, function: str, *args: Any, seed: int = 0, **kwargs: Any) -> Returned:
        """Call a function, as `Request` has it. Raises a `Loses` unless the call returned."""
        (returned,) = self._made([Request(function, args, kwargs, seed, self.stand_in_for)])
        return returned

    def map(self, function: str, calls: Iterable[tuple[Any, ...]]) -> Iterator[Returned]:
        """What a function returns for each tuple of arguments, in their order; many calls cross to the worker at once.

        Raises a `Loses` in the place of the first that does not return.
        """
        left = deque(Request(function, args, {}, 0, self.stand_in_for) for args in calls)
        while left:
            for returned in self._made([*islice(left, AT_ONCE)]):
                left.popleft()
                yield returned

    def _made(self, requests: list[Request]) -> Iterator[Returned]:
        """What calls of one function return, one after the other; of the first at least, where it is not lost."""
        first, budget = requests[0], self.session.budget
        key = first.function, bool(self.stand_in_for)
        if problem := self.session.submission.problems.get(first.file):
            raise outcomes.NotRun(problem)
        if self.caller.gone:
            raise self.caller.gone
        budget.allow(key, first.file)
        self.caller.prepare(first.file, budget, partial(self._answer, None))
        made: list[Returned | outcomes.Loses] = []
        try:
            with budget.call(key, first.numbers) as clock:
                made = self.caller.call(requests, partial(self._answer, first.examiner), clock)
        finally:
            if not made:
                self.session.calls += 1
                self._remember(first, None)
        for request, outcome in zip(requests, made):
            self.session.calls += 1  # of those whose outcome is looked at: how many are made hangs on the machine
            if isinstance(outcome, outcomes.Loses):
                self._remember(request, None)
                raise outcome
            self._remember(request, outcome)
            yield outcome

    def _answer(self, examiner: Examiner | None, what: str, args: Any, clock: Clock) -> Any:
        """Answer what the student's code asks; it is not trusted. Raises ProtocolError, Wrong or Flooded."""
        if what == "callback" and examiner and isinstance(args, list) and len(args) == len(examiner.parameters):
            with clock.stopped():  # there are only so many of these; a network's time is not the student's
                return examiner.answer(args)
        helper = "langevin_sample" if what == "langevin_step" else what
        if helper in self.stand_in_for and isinstance(args, list) and len(args) == 2:
            self.answered.add(helper)
            try:
                return stand_ins.answer(what, *args)
            except Exception:
                raise outcomes.Wrong(
                    phrase("{helper} was called with arguments that do not fit it.", helper=helper)
                ) from None
        raise wire.ProtocolError("nobody was to be asked that")

    def _remember(self, request: Request, returned: Returned | None) -> None:
        """Keep what a lost check's cause is sought in, or of a sampler its transcript, for the report page."""
        if (examiner := request.examiner) and not examiner.items:
            if self.evidence:
                value = returned.value if returned else None
                self.evidence.ran(request.function, request.args, request.kwargs, examiner, value)
        elif returned:
            self.seen.append((request.function, request.args, returned.value))

    def close(self) -> None:
        """The check is over."""
        self.caller.close()
