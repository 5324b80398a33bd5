"""What can become of a check and of a call, and why a marking, or a check of it, comes to nothing."""

import signal
from enum import Enum

from grader.phrases import phrase


class Outcome(str, Enum):
    """What became of a check: a key, as `extra_data.outcome` of the results has it."""

    PASSED = "passed"
    STOOD_IN = "passed with a stand-in"
    WRONG = "wrong"
    TO_DO = "to do"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    DIED = "died"
    FLOODED = "flooded"
    BROKE_PROTOCOL = "broke the protocol"
    NOT_RUN = "not run"
    WAITS = "waits for a GPU"
    OTHER_POINTS = "other points elsewhere"  # it ran there, and cannot be merged
    NOT_REACHED = "not reached"  # by a marking that has not ended
    FAULT = "fault of the grader"
    FAILED = "failed"  # nobody knows how: read from results that do not say it

    __str__ = str.__str__

    @property
    def ran(self) -> bool:
        """Whether the check was made."""
        return self not in (Outcome.NOT_RUN, Outcome.WAITS, Outcome.OTHER_POINTS, Outcome.NOT_REACHED)

    @property
    def label(self) -> str:
        """What people read, in English. Why a check did not run is said by its sentence alone."""
        return self.value if self.ran else Outcome.NOT_RUN.value


LABELS = {  # what a student reads, by `Outcome.label`
    said.english: said
    for said in (
        phrase("passed"),
        phrase("passed with a stand-in"),
        phrase("wrong"),
        phrase("to do"),
        phrase("raised"),
        phrase("timed out"),
        phrase("died"),
        phrase("flooded"),
        phrase("broke the protocol"),
        phrase("not run"),
        phrase("fault of the grader"),
        phrase("failed"),
    )
}


class Reason(Exception):
    """Why something of a marking did not come about. All exceptions of the marking are one tree, but for the wire's."""


class GraderFault(Reason):
    """Something of the grader's own failed; it must never cost a student marks silently."""


class BadSettings(Reason):
    """The settings cannot be used; the message is one sentence that says which and why."""


class NoDevice(Reason):
    """The device that was asked for is not there; the message names it."""


class SubmissionError(Reason):
    """A submission that cannot be opened; the message is one sentence for the one who handed it in."""


class Loses(Reason):
    """A reason, in one or two sentences for the student, why a check does not pass; `outcome` is its kind."""

    outcome: Outcome

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = plain(sentence)


class Wrong(Loses):
    """The call returned, but not what it should have."""

    outcome = Outcome.WRONG


class ToDo(Loses):
    """The function, or one that it calls, still raises its TODO."""

    outcome = Outcome.TO_DO


class Raised(Loses):
    """The student's code raised an exception."""

    outcome = Outcome.RAISED


class TimedOut(Loses):
    """The call did not end in time."""

    outcome = Outcome.TIMED_OUT


class Died(Loses):
    """The worker process ended in the middle of the call."""

    outcome = Outcome.DIED


class Killed(Died):
    """The worker process was ended by a signal that its own code cannot send: the kernel's, short of memory, or a
    person's."""


class Stopped(Died):
    """The worker process was stopped, which its own code cannot do."""


class Flooded(Loses):
    """The call sent or asked for more than is allowed."""

    outcome = Outcome.FLOODED


class BrokeProtocol(Loses):
    """The worker sent something that is not an answer."""

    outcome = Outcome.BROKE_PROTOCOL


class NotRun(Loses):
    """The check did not run."""

    outcome = Outcome.NOT_RUN


SENT = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)  # by others alone


def plain(text: str) -> str:
    """Text that can do nothing to a terminal or a file: no control characters, no halves of characters."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def from_outside(reason: Loses | None) -> bool:
    """Whether a check that ended so must be made once more: its worker fell to what may not be its own doing."""
    return isinstance(reason, (Killed, Stopped))


def killed(exit_code: int, ended: bool) -> bool:
    """Whether a worker fell to a signal (a negative exit code) of others; ended: whether before the grader's own."""
    return ended and -exit_code in SENT
