"""Where the processor's time of a marking goes: milliseconds of each check in each process."""

import os
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from grader import overlay
from grader.marking.mark import mark
from grader.outcomes import Outcome
from grader.paths import SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.in_worker import InWorker, Workers
from grader.student.session import Session

PROCESSES = ("grader", "zygote", "workers", "network")
SHOWN = 12  # checks, those that take the most


def table(console: Console, zygote: Zygote, folder: Path, assignment: int, tier: str) -> None:
    """Mark the solution and print the table. A worker's time is known to a hundredth of a second, and is none ahead."""
    counted = _Counted(zygote)
    session = Session(zygote, overlay.load(SOLUTION), tier, caller=counted.fresh)
    lines = [line for line in mark(session, assignment, folder).lines if line.outcome == Outcome.PASSED]
    spent = 1000 * np.diff([*counted.samples, counted.sample()], axis=0)
    rows = sorted(zip(spent.tolist(), [line.number for line in lines]), key=lambda row: -sum(row[0]))
    others = np.sum([row for row, _ in rows[SHOWN:]] or np.zeros((1, len(PROCESSES))), axis=0).tolist()
    shown = Table(title=f"Assignment {assignment}, tier {tier}: ms of a processor", show_edge=False)
    for name in ("check", *PROCESSES, "all"):
        shown.add_column(name, justify="right")
    for row, number in [*rows[:SHOWN], (others, "others"), (spent.sum(axis=0).tolist(), "all")]:
        shown.add_row(number, *(f"{value:.0f}" for value in (*row, sum(row))))
    console.print(shown)


class _Counted:
    """Workers, and the processor's time that was used by each process when each of them was asked for."""

    def __init__(self, zygote: Zygote):
        self.zygote = zygote
        self.workers = Workers(zygote, overlay.load(SOLUTION))
        self.samples: list[list[float]] = []

    def fresh(self) -> InWorker:
        self.samples.append(self.sample())
        return self.workers.fresh()

    def sample(self) -> list[float]:
        """Seconds, by process; a worker's are counted when it has ended."""
        zygote, workers = _seconds(self.zygote.process.pid)
        networks = sum(_seconds(network.pid)[0] for network in self.zygote.predictors.values())  # that were needed
        return [time.process_time(), zygote, workers, networks]


def _seconds(pid: int) -> tuple[float, float]:
    """What a process has used itself, and what its children have that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, childrens = (int(fields[i]) + int(fields[i + 1]) for i in (11, 13))
    return own / os.sysconf("SC_CLK_TCK"), childrens / os.sysconf("SC_CLK_TCK")
