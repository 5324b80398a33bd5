"""What a check saw, for the report page alone: nothing of it reaches results.json, and no mark hangs on it.

A sampler's transcripts come here by themselves, from each call that hands a student's function an examiner. What else
a check has to show (a table, images), it hands over by its fixture `evidence`.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.transcript import steps
from grader.transcript.examiner import Examiner


@dataclass(frozen=True)
class Cell:
    """A figure beside the right one."""

    found: float
    right: float
    fits: bool


USUAL = 10  # steps: of the runs of a check the one nearest to this is kept, beside the last


@dataclass(frozen=True)
class Call:
    """One call of a loop, as it was: what it was given, and what came back (None: nothing)."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    examiner: Examiner
    value: Any


@dataclass
class Evidence:
    """Of one run of a check. Nothing here raises: what could not be kept is said in `faults`."""

    stand_in_for: list[str] = field(default_factory=list)  # helpers that the grader answered for
    runs: list[steps.Run] = field(default_factory=list)  # one of a usual size, and the last if that is another
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)  # by row and column
    right_images: np.ndarray | None = None  # (n, H, W) uint8, to set beside those of the runs
    faults: list[str] = field(default_factory=list)
    last: Call | None = None  # of a check that is not over; it holds all states, so there is only one
    unusual: float = math.inf  # how far the number of calls of `runs[0]` is from `USUAL`

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.cells and not any(run.steps for run in self.runs)

    def ran(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], examiner: Examiner, value: Any) -> None:
        """Note one call of a loop."""
        call, unusual = Call(function, args, kwargs, examiner, value), abs(len(examiner.calls) - USUAL)
        if examiner.calls and unusual < self.unusual:
            self.runs, self.unusual, self.last = self._figures(call), unusual, None
        else:
            self.last = call

    def settle(self) -> None:
        """The check is over: keep the figures of its last transcript, and let go of the states."""
        last, self.last = self.last, None
        self.runs += self._figures(last) if last else []

    def _figures(self, call: Call) -> list[steps.Run]:
        try:
            with np.errstate(all="ignore"):
                return [steps.run(call.function, call.args, call.kwargs, call.examiner, call.value)]
        except Exception as error:
            self.faults.append(f"a transcript of {call.function} could not be kept: {type(error).__name__}: {error}")
            return []

    def cell(self, row: str, column: str, found: float, right: float, fits: bool) -> None:
        """Keep one cell of the check's table."""
        self.cells[row, column] = Cell(float(found), float(right), bool(fits))

    def images(self, right: np.ndarray) -> None:
        """Keep right images, (N, 1, H, W) in [-1, 1]."""
        try:
            self.right_images = steps.as_pixels(right)
        except Exception as error:
            self.faults.append(f"the right images could not be kept: {type(error).__name__}: {error}")
