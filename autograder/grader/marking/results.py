"""results.json in Gradescope's format: replaced as a whole after every check, without marks until the last one."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import files
from grader.outcomes import GraderFault, Outcome
from grader.phrases import phrase
from grader.tasks import task_of
from grader.transcript.evidence import Evidence

UNFINISHED = phrase("Not run: the marking ended before this check.")
FAULT = phrase("This check could not be done: a fault of the grader, not yours. Tell the course staff.")
OTHER_POINTS = phrase(
    "Not run: elsewhere the GPU tier gave other points to this check, by another release or other settings."
)
MAX_OUTPUT = 90_000  # Gradescope cuts the middle out of an output above 100,000 characters


@dataclass
class Line:
    """One check in the results."""

    number: str
    claim: str
    points: float
    tags: list[str]
    visibility: str
    bonus: bool = False
    drawn: bool = False  # whether the report page draws the runs of its sampler
    passed: bool = False
    output: str = UNFINISHED
    outcome: Outcome = Outcome.NOT_REACHED
    cause: str = ""  # of a lost check, where it is known for certain: a key of `hints.HINTS`, or two joined by "+"
    hint: str = ""  # the sentence that says so, with which the output ends
    seconds: float = 0.0  # that it took, on the clock
    evidence: Evidence = field(default_factory=Evidence)  # for the report page alone

    @property
    def task(self) -> str:
        return task_of(self.number)

    @property
    def lost(self) -> bool:
        """Whether it did not pass; a check that carries no points and did not run costs nothing."""
        return not self.passed and (self.points > 0 or self.outcome.ran)

    def as_gradescope(self, ended: bool) -> dict[str, Any]:
        """ended: whether the marking has come to its end; no check counts before."""
        counts = ended and self.passed
        told = ended or self.outcome in (Outcome.NOT_REACHED, Outcome.FAULT)
        known = self.output if told else uncounted(self.output)
        return {
            "number": self.number,
            "name": self.claim,
            "score": self.points if counts else 0.0,
            "max_score": self.points,
            "status": "passed" if counts else "failed",
            "output": known[:MAX_OUTPUT],
            "output_format": "text",
            "tags": self.tags,
            "visibility": self.visibility,
            "extra_data": {"outcome": self.outcome, "cause": self.cause},
        }


@dataclass
class Results:
    """All checks of one marking and the file that they are written to, which has no marks until the marking ends."""

    path: Path
    message: str = ""
    ended: bool = False
    lines: list[Line] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    summary: str = ""  # the message and more, as HTML
    leaderboard: list[dict[str, Any]] = field(default_factory=list)
    report: str = ""  # where the report page is, or why there is none
    started: float = field(default_factory=time.monotonic)

    @property
    def score(self) -> float:
        return round(sum(line.points for line in self.lines if line.passed), 2)

    @property
    def max_score(self) -> float:
        """The points that there are, the bonus not counted."""
        return round(sum(line.points for line in self.lines if not line.bonus), 2)

    def as_gradescope(self) -> dict[str, Any]:
        return {
            "score": self.score if self.ended else 0.0,
            "execution_time": round(time.monotonic() - self.started, 3),
            "output": self.summary or self.message[:MAX_OUTPUT],
            "output_format": "html" if self.summary else "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": {**self.extra, "ended": self.ended},
            "tests": [line.as_gradescope(self.ended) for line in self.lines],
            "leaderboard": self.leaderboard if self.ended else [],
        }

    def write(self) -> None:
        """Replace the file in one step, so that a reader always finds a whole one; GraderFault where it cannot."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            files.replace(self.path, encoded(self.as_gradescope(), indent=1 if self.ended else None))
        except OSError as error:
            raise GraderFault(f"{self.path} cannot be written: {error}") from error


def uncounted(output: str) -> str:
    """What is said of a check in results of a marking that has not ended."""
    return phrase("Not counted, since the marking did not end. Known by then: {said}", said=output)


def with_those_of_a_gpu(points: float) -> str:
    """What is said above all checks where some of them ran elsewhere."""
    return phrase("{points:g} points, with those of the GPU tier, which ran elsewhere.", points=points)


def encoded(body: dict[str, Any], indent: int | None = 1) -> bytes:
    """The content of a results file. indent: for people; without it, ten times as fast."""
    return json.dumps(body, allow_nan=False, ensure_ascii=False, indent=indent).encode(errors="replace")
