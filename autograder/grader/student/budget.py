"""The time of a marking: what one call may take, what is left for the calls after it, and why one is not made."""

import contextlib
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grader import imports, outcomes
from grader.phrases import phrase

Key = tuple[str, bool]  # a function, and whether helpers of the student's were replaced


@dataclass(frozen=True)
class Limits:
    """How long a submission may take, in seconds where nothing else is said."""

    call: float = 10.0  # for one call of a student's function, on a processor; the solution's slowest takes under 1 s
    run: float = 420.0  # for a whole marking; Gradescope's own limit is 600 s, the zygote's start with it
    own: float = 100.0  # more for the grader's own answers, most of them the network's: it takes 10 s on a processor
    function: float = 30.0  # for all calls of one function, so that a slow one leaves time for the others
    one_import: float = 10.0  # for one import of a file
    all_imports: float = 150.0  # for all of them, in each check anew; of sympy, the slowest that is there, 60 s
    failed_imports: int = 2  # of a file, before none is tried any more
    patience: float = 3.0  # times these on the clock, without what it waited for a processor: for one that just waits
    number: float = 2e-7  # more for each number of a sampler's state and each step; the solution takes 5e-8


LIMITS = Limits()
NO_END = Limits(run=math.inf, function=math.inf)  # for what is no marking: only a single call has its limit


class Clock:
    """The time of one call or import.

    seconds: of a processor, that it may take. deadline: on the monotonic clock, but for what it waited for a processor,
    since a busy machine is no fault of its own. used, waited: the seconds in which it had a processor, and in which it
    was ready and had none; noted by the caller.
    """

    def __init__(self, budget: "Budget", seconds: float, too_long: str):
        """too_long: the sentence for one that takes longer."""
        self.budget, self.seconds, self.too_long = budget, seconds, too_long
        self.started = time.monotonic()
        self.deadline = self.started + budget.limits.patience * seconds
        self.own = self.used = self.waited = 0.0

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """For as long as the grader itself is at work: that time is not the student's."""
        began = time.monotonic()
        yield
        own = time.monotonic() - began
        self.own += own
        self.budget.give(own)
        self.deadline += own

    @property
    def over(self) -> bool:
        """Whether its time on the clock is over, or that of the marking."""
        return time.monotonic() >= min(self.deadline + self.waited, self.budget.deadline)

    def ran_out(self) -> outcomes.Loses:
        """The reason for a call that did not return: the time of the marking is over, or its own is."""
        if time.monotonic() >= self.budget.deadline:
            return self.budget.over()
        return outcomes.TimedOut(self.too_long)

    def taken(self) -> float:
        """The seconds that count: those of a processor, or a part of those in which the worker did nothing."""
        idle = time.monotonic() - self.started - self.own - self.waited
        return max(self.used, idle / self.budget.limits.patience)


class Budget:
    """What one marking has left."""

    def __init__(self, limits: Limits = LIMITS):
        self.limits, self.grace = limits, limits.own
        self.deadline = time.monotonic() + limits.run
        self.spent: dict[Key, float] = defaultdict(float)  # seconds
        self.hung: dict[Key, outcomes.TimedOut] = {}
        self.import_seconds: dict[str, float] = defaultdict(float)  # for all imports of a file
        self.not_imported: dict[str, list[outcomes.Loses]] = defaultdict(list)  # by file, why not, each time

    def allow(self, key: Key, file: str) -> None:
        """Raise the reason, where there is one, why a function of this file is not called any more."""
        if len(failed := self.not_imported[file]) == self.limits.failed_imports:
            raise failed[-1]
        if hung := self.hung.get(key):
            raise outcomes.TimedOut(phrase("{why} It was not called again.", why=hung.sentence))
        if time.monotonic() > self.deadline:
            raise self.over()
        if self.spent[key] > (most := self.limits.function):
            raise outcomes.TimedOut(
                phrase(
                    "{function} has used up the {most:.0f} s of all its checks together.", function=key[0], most=most
                )
            )

    @contextlib.contextmanager
    def call(self, key: Key, numbers: float) -> Iterator[Clock]:
        """The time of one call. numbers: of a sampler's state times its steps, for which it has more time."""
        extra = self.limits.number * numbers
        self.deadline += extra
        self.spent[key] -= extra
        too_long = phrase("{function} did not return within {most:.0f} s.", function=key[0], most=self.limits.call)
        clock = Clock(self, self.limits.call + extra, too_long)
        try:
            yield clock
        except outcomes.TimedOut as fault:
            self.hung[key] = fault
            raise
        finally:
            self.spent[key] += clock.taken()

    @contextlib.contextmanager
    def an_import(self, file: str) -> Iterator[Clock]:
        """The time of one import. Raises TimedOut where those before it took too long; what fails here is counted."""
        most, advice = self.limits.one_import, imports.UNDER_MAIN
        too_long = phrase(
            "{file} could not be imported within {most:.0f} s: {advice}, such as training.",
            file=file,
            most=most,
            advice=advice,
        )
        clock = Clock(self, most, too_long)
        try:
            if self.import_seconds[file] > self.limits.all_imports:
                too_often = phrase(
                    "{file} takes long to import, and every check imports it anew: {advice}, such as training.",
                    file=file,
                    advice=advice,
                )
                raise outcomes.TimedOut(too_often)
            yield clock
        except outcomes.Loses as reason:
            if not isinstance(reason, outcomes.NotRun) and not outcomes.from_outside(reason):
                self.not_imported[file].append(reason)
            raise
        finally:
            self.import_seconds[file] += clock.taken()

    @contextlib.contextmanager
    def beside(self, key: Key) -> Iterator[None]:
        """For calls beside the marking: neither their time nor how they end counts for this function."""
        hung, spent = dict(self.hung), self.spent[key]
        try:
            yield
        finally:
            self.hung, self.spent[key] = hung, spent

    def give(self, own: float) -> None:
        """Have the marking last longer by the seconds of an answer of the grader's, as long as there is grace."""
        more = min(own, self.grace)
        self.grace -= more
        self.deadline += more

    def over(self) -> outcomes.NotRun:
        """The reason for what the time of the marking did not reach."""
        return outcomes.NotRun(
            phrase("Not finished: the whole marking has {most:.0f} s, and they were used up.", most=self.limits.run)
        )
