"""`make grade-all`: mark a class, with a progress bar; what was marked before is not marked again."""

import fcntl
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader import grades, submissions
from grader.batch import Batch
from grader.machines import Cluster, Cores, Machines, NoMachines

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def run(console: Console, source: Path, assignment: int, out: Path, tier: str, scheduler: str) -> int:
    """Mark all submissions and write the grades; the exit code: 1 where some are faults, 2 where nothing can begin."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            entries = submissions.find(source)
            machines: Machines = Cluster(scheduler, gpu=tier == "gpu") if scheduler else Cores()
        except BlockingIOError:
            console.print(
                f"Another grade-all is at work in {out}; wait for its end or give another OUT.", style="bold red"
            )
            return 2
        except (submissions.NoSubmissions, NoMachines) as reason:
            console.print(f"Nothing was marked: {reason}.", style="bold red", markup=False, soft_wrap=True)
            return 2
        return _mark(console, Batch(entries, assignment, tier, out), machines)


def _mark(console: Console, batch: Batch, machines: Machines) -> int:
    distinct = len(set(batch.digest_of.values()))
    console.print(
        f"{len(batch.entries)} submissions, {distinct} of them distinct, {distinct - len(batch.missing)} marked before",
        highlight=False,
    )
    try:
        with Progress(*COLUMNS, TimeRemainingColumn(), console=console) as progress:
            bar = progress.add_task("marking", total=len(batch.missing))
            for _ in batch.run(machines):
                progress.advance(bar)
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on where it was.", style="bold red")
        return 2
    finally:
        console.print(f"{grades.write(batch)}", highlight=False)
    for key, fault in batch.faults.items():
        whose = ", ".join(name for name, mine in batch.digest_of.items() if mine == key)
        console.print(f"Not marked, by a fault of the grader: {whose}: {fault}", style="bold red", markup=False)
    return 1 if batch.faults else 0
