"""`make bench`: where the time of one marking goes, and what it costs to keep the student's code outside.

The same checks are run twice, side by side in this one run: through workers, and with the solution imported into this
process, where a call is a plain function call. Only this command does that, and only with the solution.
`bench_sampling` has the figures of the samplers themselves.
"""

import itertools
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from grader import overlay
from grader.claim import assignments
from grader.marking.mark import mark
from grader.paths import SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.in_worker import InWorker
from grader.student.session import Session
from workshop.bench import by_check
from workshop.trust.in_process import InProcess

ROUNDS = 5


def run(console: Console) -> None:
    """Print the figures; each is a median over interleaved rounds."""
    figures: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        for _ in range(ROUNDS):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import grader.__main__"], check=True)
            note("start of the grader (Python and its imports), s", time.perf_counter() - started)
        note("start of the zygote (import of torch), s", zygote.start_seconds)
        _wire(zygote, note)
        for _ in range(ROUNDS):
            for number in assignments():
                outside = _checks(folder, number, zygote)
                note(f"assignment {number}: checks through workers, s", outside)
                with InProcess() as caller:
                    inside = _checks(folder, number, zygote, caller=caller)
                note(f"assignment {number}: checks in this process, s", inside)
                note(f"assignment {number}: ratio", outside / inside)
                with_network = _checks(folder, number, zygote, "cpu")
                note(f"assignment {number}: with the trained network (the CPU tier), s", with_network)
        for number, tier in itertools.product(assignments(), ("closed-form", "cpu")):
            by_check.table(console, zygote, Path(folder), number, tier)
    if find_spec("diffusers"):
        with InProcess():
            from workshop.bench.bench_sampling import compare

            compare(note)
    else:
        console.print("diffusers is not installed (it needs Python 3.11), so the samplers are compared with nothing.")
    for name, values in figures.items():
        spread = f"  ({_short(min(values))} to {_short(max(values))})" if len(values) > 1 else ""
        line = f"{name:62}{_short(statistics.median(values))}{spread}"
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"{ROUNDS} rounds, {os.cpu_count()} cores, Python {sys.version.split()[0]}, numpy {np.__version__}")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _wire(zygote: Zygote, note: Any) -> None:
    """A worker's start, calls a second with small and with image-sized arguments, and the memory of all three."""
    marking = Session(zygote, overlay.load(SOLUTION))
    half = np.float64(0.5)
    for shape, label in (((4, 2), "of points"), ((16, 3, 16, 16), "of 48 KiB states")):
        x = np.zeros(shape, np.float32)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            student = marking.student()
            student("q_sample", x, half, x)
            note("worker: fork, confine, import, first call, ms", 1000 * (time.perf_counter() - started))
            started = time.perf_counter()
            for _ in range(200):
                student("q_sample", x, half, x)
            note(f"calls a second {label}", 200 / (time.perf_counter() - started))
            assert isinstance(student.caller, InWorker)
            network = zygote.predictor("cpu")
            network.eps(np.zeros((384, 1, 28, 28), np.float32), np.ones(384))
            processes = {"grader": os.getpid(), "zygote": zygote.process.pid, "worker": student.caller.process.pid}
            processes["trained network"] = network.pid
            shares = {name: _share_mib(pid) for name, pid in processes.items()}
            student.close()
    for name, share in shares.items():
        note(f"memory of the {name} (its share of what is shared), MiB", share)
    note("memory of all four, MiB", sum(shares.values()))


def _checks(folder: str, number: int, zygote: Zygote, tier: str = "closed-form", caller: Any = None) -> float:
    session = Session(zygote, overlay.load(SOLUTION), tier, caller=caller)
    return mark(session, number, Path(folder)).extra["seconds"]["checks"]


def _share_mib(pid: int) -> float:
    """A process's proportional set size, in which what n processes share counts 1/n for each."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except PermissionError:  # only root may look: none of them lets others of its user look into its memory
        return math.nan
    return int(rollup.split("Pss:")[1].split()[0]) / 1024
