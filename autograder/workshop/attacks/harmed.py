"""A `make grade` that harm is done to, for `injections`: how to start it, find its processes, judge what it leaves."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import claim, files
from grader.outcomes import Outcome
from grader.paths import AUTOGRADER, SOLUTION

OLDER = {"score": 100, "output": "of another submission"}
NOT_HERE = "it cannot be done here"  # on this machine, or by this user; the shell ends with status 125 then
SECONDS = 600.0  # at most; a zygote or a network that hangs is waited for for 120
SHELL = """
older() { echo "$OLDER" >"$OUT/results.json"; }
set -e; trap 'exit 125' EXIT; mkdir "$OUT"; older; %s
trap - EXIT; exec "$@" --out "$OUT"
"""


class Marking:
    """A `make grade` of the solution in Assignment 1, into a folder that has another submission's full marks."""

    def __init__(self, home: Path, setup: str = ":", tier: str = "closed-form"):
        """setup: what a shell does before it becomes the command."""
        self.out, self.output = home / "out", home / "said"
        grade = [sys.executable, "-B", "-m", "course", "grade", str(SOLUTION), "--assignment", "1", "--tier", tier]
        self.command = ["sh", "-c", SHELL % setup, "sh", *grade]
        self.again = [*grade, "--out", str(self.out)]  # the same without the shell
        more = {"PYTHONPATH": str(AUTOGRADER), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment = os.environ | more | {"OUT": str(self.out), "OLDER": json.dumps(OLDER)}
        self.missed = False
        with self.output.open("w") as said:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=said, stderr=said)

    def until(self, there: Callable[[], Any]) -> None:
        """Wait until something is so; where the command ends before, the harm has missed it."""
        while not there():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)
                self.missed = True
                return

    def marked(self) -> int:
        """How many checks have been made."""
        tests = (files.table(self.out / claim.RESULTS) or {}).get("tests", [])
        return sum(test["extra_data"]["outcome"] != Outcome.NOT_REACHED for test in tests)

    def find(self, who: str) -> int:
        """The grader, its zygote, its library, a confined worker or the network. Raises LookupError, or OSError."""
        if who == "grader":
            return self.process.pid
        grader = self.process.pid
        zygote = [pid for pid in forked(grader) if b"zygote_main" in Path(f"/proc/{pid}/cmdline").read_bytes()][0]
        if who == "zygote":
            return zygote
        found = forked(zygote)  # the library, then the network, where there is one, then the worker that asks it
        workers = [pid for pid in found if "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()]
        return {"library": found[:1], "worker": workers, "network": found[1:-1]}[who][0]

    def fault(self) -> str:
        """What is wrong with what it left; "" where nothing is."""
        status, path = self.process.wait(SECONDS), self.out / claim.RESULTS
        results = files.table(path)
        if self.missed and status == 0:
            return "it ended before it was harmed"
        if status not in (0, 2, -signal.SIGKILL):
            return NOT_HERE if status == 125 else f"it ended with status {status}"
        if results is None:
            return "results.json is not valid" if path.exists() else "" if status else "there is no results.json"
        if results == OLDER:
            told = not os.access(self.out, os.W_OK) and "of an earlier marking" in self.output.read_text()
            return "" if told else "an older results.json stays"
        if status == 0:
            return "" if results["score"] == 100 else f"{100 - results['score']:g} points are lost"
        counts = results["score"] or any(test["score"] for test in results["tests"])
        return "it does not say that its marks do not count" if counts or results["output"] != claim.FAULT else ""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.out.is_mount():
            subprocess.run(["umount", str(self.out)], check=True)
        for group in Path("/sys/fs/cgroup").glob(f"**/injection-{self.process.pid}"):
            while (group / "cgroup.procs").read_text():  # the zygote, which ends a little later
                time.sleep(0.01)
            group.rmdir()


def forked(pid: int) -> list[int]:
    """The processes that a process has forked and that live, in their order."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
