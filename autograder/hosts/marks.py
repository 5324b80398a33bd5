"""What of a marking may leave through a host: what its student may read, and no more.

An adapter is handed this alone. So nothing of the report for staff, of an input or of a right curve can leave by it.
"""

from dataclasses import dataclass, field

from grader import claim
from grader.marking.results import Results
from grader.outcomes import Outcome
from grader.tasks import BY_ID

LONGEST = 10_000  # letters of what is said of one check


@dataclass(frozen=True)
class Check:
    """One check, as its student sees it."""

    number: str
    claim: str
    got: float
    of: float
    outcome: Outcome
    said: str


@dataclass(frozen=True)
class Task:
    """The points of one task."""

    task: str
    function: str
    got: float
    of: float


@dataclass(frozen=True)
class Picture:
    """A picture of a student's own run."""

    caption: str
    url: str  # what stands in `src`


@dataclass(frozen=True)
class Marks:
    """The marks of one submission in one assignment."""

    said: str  # above all checks
    ended: bool = False  # otherwise these are no marks: the grader failed
    assignment: int = 0
    score: float = 0.0
    of: float = 0.0  # the bonus not counted
    tasks: list[Task] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)  # those that students may see at once
    pictures: list[Picture] = field(default_factory=list)


FAULT = Marks(claim.FAULT)  # of a marking that has not ended


def of_results(results: Results, assignment: int) -> Marks:
    """What leaves of a marking that ended. A check that students see later, or never, is in no list of checks."""
    shown = [line for line in results.lines if line.visibility == "visible"]
    checks = [
        Check(line.number, line.claim, line.points * line.passed, line.points, line.outcome, line.output[:LONGEST])
        for line in shown
    ]
    tasks = [
        Task(task, BY_ID[task].function, *(round(sum(points), 2) for points in zip(*found)))
        for task in dict.fromkeys(line.task for line in results.lines)
        if (found := [(line.points * line.passed, line.points) for line in results.lines if line.task == task])
    ]
    said, score, of = results.message[:LONGEST], results.score, results.max_score
    return Marks(said, True, assignment, score, of, tasks, checks)
