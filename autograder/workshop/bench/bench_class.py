"""`python -m workshop bench-class`: what marking a class costs, and that nothing which interrupts it changes a mark.

    class     500 submissions made of the corpora through `make grade-all`: in peace, and killed five times
    alone     50 of them, none hostile: `make grade` one by one, `make grade-all`, and otter-grader if it is here
    cpu       the same 50 with the trained network, as the settings have it
    machines  24 of them on one core, on all, and on two Dask clusters: the same results, and how the time scales

All but `cpu` in the closed form, which is the part of a marking that needs no network.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from grader import files
from grader.paths import AUTOGRADER, ROOT
from workshop.bench import bench_otter, synthetic_class
from workshop.bench.synthetic_class import HandIn

ASSIGNMENT, KILLS = 2, 5
CLASS, SOME, FEW = 500, 50, 24  # submissions
CLOSED_FORM = ("--tier", "closed-form")
PARTS = ("class", "alone", "cpu", "machines")


class Bench:
    """The figures, in a folder that must not exist."""

    def __init__(self, console: Console, out: Path):
        self.console, self.out = console, out
        self.made = synthetic_class.made(ASSIGNMENT, CLASS)
        out.mkdir(parents=True)

    def run(self, parts: tuple[str, ...]) -> bool:
        """Print the figures of these parts; whether everything that should be the same is."""
        work = {"class": self._class, "alone": self._alone, "cpu": self._cpu, "machines": self._machines}
        same = [work[part]() for part in parts]
        self.say(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, Linux {os.uname().release}")
        return all(same)

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    # The whole class

    def _class(self) -> bool:
        source = self._export("export", self.made)
        before = lowest = _available_mib()
        started = time.monotonic()
        with self._grade_all(source, "calm", *CLOSED_FORM) as running:
            while running.poll() is None:
                lowest = min(lowest, _available_mib())
                time.sleep(1)
        self._rate("closed form", len(self.made), time.monotonic() - started)
        self.say(f"memory in use at most, beyond what was before: {before - lowest} MiB")
        return self._killed(source)

    def _killed(self, source: Path) -> bool:
        """Mark the class again, and kill the marking now and then; what is marked by then must stay as it is."""
        distinct = len(_marked(self.out / "calm"))
        marked, changed = dict[str, int](), 0
        for kill in range(1, KILLS + 2):
            with self._grade_all(source, "killed", *CLOSED_FORM) as running:
                while running.poll() is None and len(_marked(self.out / "killed")) < kill * distinct // (KILLS + 1):
                    time.sleep(0.2)
                if kill <= KILLS:
                    below = _descendants(running.pid)
                    running.kill()
            now = _marked(self.out / "killed")
            changed += sum(now.get(key) != when for key, when in marked.items())
            marked = now
            if kill <= KILLS:
                time.sleep(1)
                left = sum(map(_lives, below))
                self.say(f"kill -9, number {kill}: {len(now)} are marked, {left} of {len(below)} processes are left")
        self.say(f"lost, or marked again, after {KILLS} kills: {changed}; marked: {len(marked)} of {distinct}")
        return self._same("calm", "killed") and not changed

    def _export(self, name: str, made: list[HandIn]) -> Path:
        synthetic_class.export(self.out / name, made)
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(each.kind for each in made).items())
        self.say(f"{len(made)} submissions: {kinds}")
        return self.out / name

    def _rate(self, what: str, count: int, seconds: float) -> None:
        self.say(f"make grade-all, {what}: {seconds / 60:.1f} min, {60 * count / seconds:.1f} submissions a minute")

    # One by one

    def _some(self, name: str) -> Path:
        """Some of the class as a folder of zips, none of them hostile nor a copy of one that is."""
        hostile = [each.files for each in self.made if each.kind == "hostile"]
        harmless = [each for each in self.made if each.files not in hostile]
        synthetic_class.zips(self.out / name, harmless[:: len(harmless) // SOME][:SOME])
        return self.out / name

    def _alone(self) -> bool:
        source = self._some("some")
        paths = sorted(source.iterdir())
        started = time.monotonic()
        for path in paths:
            out = self.out / "alone" / "submissions" / path.name
            self._run("grade", str(path), "--assignment", str(ASSIGNMENT), *CLOSED_FORM, "--out", str(out))
        alone = time.monotonic() - started
        self.say(f"{len(paths)} submissions, closed form: make grade, one by one, {alone:.0f} s")
        started = time.monotonic()
        with self._grade_all(source, "together", *CLOSED_FORM):
            pass
        together = time.monotonic() - started
        self.say(f"make grade-all: {together:.0f} s, a ratio of {alone / together:.2f}")
        # what cannot be read is a fault here, and by `make grade` a zero that says why
        unread = files.table(self.out / "together" / "faults.json") or {}
        same = self._same("alone", "together", csv=False, but=unread)
        if not find_spec("otter"):
            self.say("otter-grader is not installed, so it is not compared (pip install 'otter-grader>=7')")
            return same
        tests = bench_otter.autograder(self.out / "otter.zip", ASSIGNMENT)
        started = time.monotonic()
        marks = bench_otter.mark(paths, tests, self.out / "otter", len(os.sched_getaffinity(0)))
        otter = time.monotonic() - started
        self.say(
            f"otter-grader, as many at once as there are cores: {otter:.0f} s, {otter / together:.2f} of grade-all's"
        )
        for path in paths:
            ours, theirs = _passed(self.out / "together" / "submissions" / path.name), marks[path.name]
            if theirs is None or ours is None:
                self.say(f"otter-grader has no results for {path.name}")
            elif ours ^ theirs:
                what = ", ".join(sorted(ours ^ theirs))
                self.say(f"otter-grader decides otherwise on {path.name}: {what}")
        return same

    def _cpu(self) -> bool:
        source = self._some("some-cpu")
        started = time.monotonic()
        with self._grade_all(source, "cpu", "--tier", "cpu"):
            pass
        self._rate("with the trained network", len(list(source.iterdir())), time.monotonic() - started)
        return True

    # Machines

    def _machines(self) -> bool:
        few = [each for each in self.made if each.kind in ("right", "wrong")][:FEW]
        source = self._export("few", few)
        took = {}
        for name, cores in (("one core", {min(os.sched_getaffinity(0))}), ("all cores", os.sched_getaffinity(0))):
            started = time.monotonic()
            with self._grade_all(source, name, *CLOSED_FORM, cores=cores):
                pass
            took[name] = time.monotonic() - started
        for name, cluster in (("a LocalCluster", _local_cluster), ("two Dask workers", _two_workers)):
            with cluster() as address:
                started = time.monotonic()
                with self._grade_all(source, name, *CLOSED_FORM, "--scheduler", address):
                    pass
                took[name] = time.monotonic() - started
        workers = {"one core": 1, "all cores": len(os.sched_getaffinity(0))}
        for name, seconds in took.items():
            efficiency = took["one core"] / seconds / workers.get(name, 2)
            self.say(f"{len(few)} submissions on {name}: {seconds:.0f} s, scaling efficiency {efficiency:.2f}")
        return all([self._same("one core", name) for name in took if name != "one core"])

    # What they have in common

    def _same(self, one: str, other: str, csv: bool = True, but: Collection[str] = ()) -> bool:
        """Whether two markings of the same submissions agree in all but time, and say so. but: names not looked at."""
        folders = [sorted((self.out / name / "submissions").iterdir()) for name in (one, other)]
        names = [[path.name for path in paths] for paths in folders]
        differ = [mine.name for mine, its in zip(*folders) if mine.name not in but and untimed(mine) != untimed(its)]
        same = names[0] == names[1] and not differ
        if csv:
            tables = [(self.out / name / "grades.csv").read_bytes() for name in (one, other)]
            same = same and tables[0] == tables[1]
        verdict = "the same" if same else f"DIFFER: {', '.join(differ) or 'grades.csv'}"
        self.say(f"results of {one} and {other}, but for time: {verdict}")
        return same

    @contextlib.contextmanager
    def _grade_all(
        self, source: Path, name: str, *more: str, cores: set[int] | None = None
    ) -> Iterator[subprocess.Popen]:
        """`make grade-all` at work; waits for its end, and says where it was none."""
        command = ["grade-all", str(source), "--assignment", str(ASSIGNMENT), "--out", str(self.out / name), *more]
        with open(self.out / f"{name}.log", "a") as log:
            options: dict[str, Any] = {"stdout": log, "stderr": log, "start_new_session": True}
            if cores:
                options["preexec_fn"] = lambda: os.sched_setaffinity(0, cores)
            running = subprocess.Popen(_grader(*command), cwd=ROOT, env=_environment(), **options)
            try:
                yield running
                running.wait()
            except BaseException:
                running.kill()
                raise
        if running.returncode not in (0, -signal.SIGKILL):
            self.say(f"grade-all ended with {running.returncode}; see {self.out / f'{name}.log'}")

    def _run(self, *command: str) -> None:
        subprocess.run(_grader(*command), cwd=ROOT, env=_environment(), check=True, capture_output=True)


def run(console: Console, out: Path, only: str) -> bool:
    """Print the figures of one part, or of all; whether everything that should be the same is."""
    return Bench(console, out).run((only,) if only else PARTS)


def _grader(*command: str) -> list[str]:
    return [sys.executable, "-m", "course", *command]


def _environment() -> dict[str, str]:
    no_profile = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}  # as the manual says
    return {**os.environ, **no_profile, "PYTHONPATH": str(AUTOGRADER), "OMP_NUM_THREADS": "1"}


def _available_mib() -> int:
    (line,) = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable")]
    return int(line.split()[1]) >> 10


def _marked(out: Path) -> dict[str, int]:
    """The digests that are marked, each with the time at which its results were written."""
    found = [path for path in out.glob("marks/*/results.json") if path.parent.suffix != ".half"]
    return {path.parent.name: path.stat().st_mtime_ns for path in found}


def _descendants(pid: int) -> list[int]:
    below = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            below += [int(child) for child in task.read_text().split()]
    return below + [each for child in below for each in _descendants(child)]


def _lives(pid: int) -> bool:
    """Whether a process is there, and not just waiting for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def untimed(folder: Path) -> Any:
    """The results in a folder without what differs from run to run; None where there are none."""
    path = folder / "results.json"
    if not path.exists():
        return None
    body = json.loads(path.read_bytes())
    return {**body, "execution_time": 0, "extra_data": {**body["extra_data"], "seconds": 0, "peak_mib": 0}}


def _passed(folder: Path) -> set[str] | None:
    """The numbers of the checks that a submission passed."""
    path = folder / "results.json"
    tests = json.loads(path.read_bytes())["tests"] if path.exists() else None
    return None if tests is None else {each["number"] for each in tests if each["status"] == "passed"}


@contextlib.contextmanager
def _local_cluster() -> Iterator[str]:
    """The address of a Dask LocalCluster of two workers."""
    from distributed import LocalCluster

    options = {"host": "127.0.0.1", "dashboard_address": ":0", "silence_logs": "CRITICAL", "env": _environment()}
    with LocalCluster(n_workers=2, threads_per_worker=1, **options) as local:
        yield local.scheduler_address


@contextlib.contextmanager
def _two_workers() -> Iterator[str]:
    """The address of a Dask scheduler with two workers, each started by hand as on a machine of its own."""
    from distributed import Client

    address = "tcp://127.0.0.1:18786"
    port = address.rpartition(":")[2]
    here = ["--host", "127.0.0.1", "--dashboard-address", ":0"]
    commands = [["scheduler", "--port", port, *here], *2 * [["worker", address, "--nthreads", "1", *here]]]
    options: dict[str, Any] = {"cwd": ROOT, "env": _environment(), "stdout": -3, "stderr": -3}
    processes = [subprocess.Popen([sys.executable, "-m", "dask", *command], **options) for command in commands]
    try:
        with Client(address, timeout=60) as client:
            client.wait_for_workers(2)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
