"""Harm done to `make grade` while it marks the solution: it must give full marks, or say that its marks do not count.

`python -m workshop injections` does all of it, in half an hour; a test does what ends within seconds.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from grader import files
from grader.claim import RESULTS
from workshop.attacks.harmed import NOT_HERE, OLDER, Marking

FULL = 'mount -t tmpfs -o size=16k none "$OUT"; older; head -c 1M /dev/zero >"$OUT/filler" || true'
READ_ONLY = 'mount -t tmpfs none "$OUT"; older; mount -o remount,ro "$OUT"'
MEMORY = """
g=/sys/fs/cgroup/memory limit=memory.limit_in_bytes; [ -d $g ] || g=/sys/fs/cgroup limit=memory.max; g=$g/injection-$$
if mkdir $g && echo {0}M >$g/$limit; then echo $$ >$g/cgroup.procs; else ulimit -v $(({0} * 1024)); fi
"""
COVER = """
echo "raise ModuleNotFoundError('there is no {0} here', name='{0}')" >"$OUT.cover"
unshare --mount true; set -- unshare --mount sh -c 'mount --bind "$0" "$1"; shift; exec "$@"' "$OUT.cover" {1} "$@"
"""
CLOCK = """
library=$(ls /usr/lib/*/faketime/libfaketime.so.1); echo +9d >"$OUT.days"
(while kill -0 $$; do for day in -9d +9d; do echo $day >"$OUT.new"; mv "$OUT.new" "$OUT.days"; sleep 0.05; done; done) &
export LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$OUT.days FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
"""


@dataclass(frozen=True)
class Injection:
    """One harm. setup: what a shell does before it becomes the command; harm: what is done while that runs."""

    name: str
    setup: str = ":"
    harm: Callable[[Marking], object] = lambda marking: None
    tier: str = "closed-form"
    quick: bool = False  # whether it ends before torch is imported

    def __str__(self) -> str:
        return self.name

    def do(self) -> tuple[str, str]:
        """What is wrong with what the marking left, "" where nothing is; and the last line that it said."""
        with (
            tempfile.TemporaryDirectory() as home,
            contextlib.closing(Marking(Path(home), self.setup, self.tier)) as it,
        ):
            self.harm(it)
            return it.fault(), it.output.read_text().strip().split("\n")[-1]


def signalled(name: str, who: str, after: int = 0, used: float = 0.0) -> Callable[[Marking], None]:
    """Sends a signal to a process of a marking, after so many checks and so many seconds of its own work."""

    def send(marking: Marking) -> bool:
        if files.table(marking.out / RESULTS) in (None, OLDER) or marking.marked() < after:
            return False
        with contextlib.suppress(OSError, LookupError):
            pid = marking.find(who)
            ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]
            if int(ticks) >= used * os.sysconf("SC_CLK_TCK"):
                os.kill(pid, signal.Signals[name])
                return True
        return False

    return lambda marking: marking.until(lambda: send(marking))


def remove(marking: Marking) -> None:
    """Delete OUT in the middle."""
    marking.until(lambda: marking.marked() > 8)
    shutil.rmtree(marking.out, ignore_errors=True)


def twice(marking: Marking) -> None:
    """Type the same command again, which must be refused; a first one that suffers by that is seen."""
    marking.until(lambda: marking.marked() > 8)
    second = subprocess.run(marking.again, env=marking.environment, capture_output=True, text=True)
    if second.returncode != 2 or "another command is at work" not in second.stdout:
        marking.process.terminate()


def without(package: str) -> str:
    """The setup for a package that no process can import."""
    spec = importlib.util.find_spec(package)
    return COVER.format(package, spec.origin if spec else "/")


INJECTIONS = [
    *[
        Injection(f"{name} to the {who}, {when}", harm=signalled(name, who, after), quick=when == "at once")
        for name, who, when, after in [
            *[(name, "grader", "at once", 0) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")],
            *[(name, "grader", "in the middle", 9) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")],
            ("SIGKILL", "zygote", "at once", 0),
            *[(name, "library", "at the start", 0) for name in ("SIGKILL", "SIGSTOP")],
            *[(name, "library", "in the middle", 9) for name in ("SIGKILL", "SIGSTOP")],
            ("SIGSTOP", "zygote", "at the start", 0),
            *[(name, "zygote", "in the middle", 9) for name in ("SIGKILL", "SIGSTOP")],
            *[(name, "worker", "at the start", 0) for name in ("SIGKILL", "SIGSTOP")],
            *[(name, "worker", "in the middle", 9) for name in ("SIGKILL", "SIGSTOP")],
        ]
    ],
    *[
        Injection(f"{name} to the network, {when}", harm=signalled(name, "network", 9, used), tier="cpu")
        for when, used in (("at the start", 0.0), ("in the middle", 3.0))
        for name in ("SIGKILL", "SIGSTOP")
    ],
    Injection("OUT full from the start", FULL, quick=True),
    Injection("OUT read-only", READ_ONLY, quick=True),
    Injection("OUT a file", 'rm -r "$OUT"; touch "$OUT"', quick=True),
    Injection("OUT removed in the middle", harm=remove),
    *[Injection(f"{mib} MB of memory", MEMORY.format(mib), quick=mib == 100) for mib in (100, 200, 400, 600)],
    *[Injection(f"{each} missing", without(each), quick=True) for each in ("typer", "pydantic")],
    *[Injection(f"{each} missing", without(each)) for each in ("torch", "pyseccomp")],
    Injection("the same command twice", harm=twice),
    Injection("the clock back and forth", CLOCK),
]


def run(console: Console) -> bool:
    """Do all of them, a row of a table each as it ends; whether all is well, as far as it could be done here."""
    faults = set()
    for each in INJECTIONS:
        started = time.monotonic()
        fault, said = each.do()
        faults.add(fault)
        row = f"{each.name:34} {fault or 'well':12} {time.monotonic() - started:4.0f} s  {said}"
        console.print(row, highlight=False, markup=False, soft_wrap=True)
    return not faults - {"", NOT_HERE}
