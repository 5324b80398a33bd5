"""Mark the hostile corpus in an environment, and say of each case whether it gained or changed anything.

A case must lose exactly the checks that it declares, and leave everything else as it was (`grader.traces`). What it may
go for has fixed names, which `corpus/spoils.py` repeats for the cases: sockets that listen, files that anyone may write
to, a process of another user with a secret. Each lane of an environment is a process of its own that marks with a copy
of the grader, which belongs to its user; what an attack does to that copy is seen, and harms nobody.
"""

import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from grader import corpus, overlay
from grader.bait import Bait
from grader.environments import Environment, NotHere
from grader.marking import mark_loaded
from grader.outcomes import GraderFault, Loses
from grader.paths import ROOT, SOLUTION
from grader.results import encoded
from grader.session import Session
from grader.traces import SECRET, Traces, Watched, Witness


def run(environment: str) -> Iterator[tuple[str, str]]:
    """Mark the corpus in an environment: the name of each case, and what is wrong with it or "".

    Nothing at all where the environment cannot be made on this machine.
    """
    with contextlib.suppress(NotHere), Environment(environment) as place:
        yield from marked(place, corpus.files("hostile"))


def marked(place: Environment, cases: list[Path]) -> Iterator[tuple[str, str]]:
    """Mark the cases in these files, as many beside each other as the environment has lanes."""
    with Bait() as bait, tempfile.TemporaryDirectory(prefix="hostile-") as folder, contextlib.ExitStack() as stack:
        os.chmod(folder, 0o755)
        lanes: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        for number in range(place.lanes):
            lanes.put(stack.enter_context(contextlib.closing(Lane(place, number, Path(folder, str(number))))))

        def mark(case: Path) -> tuple[str, str]:
            lane = lanes.get()
            try:
                return case.stem, "; ".join(filter(None, [lane.mark(case), *bait.taken()]))
            finally:
                lanes.put(lane)

        yield from stack.enter_context(ThreadPoolExecutor(place.lanes)).map(mark, cases)


class Lane:
    """A process in the environment that marks one case after the other; where it dies, the next one gets a new one."""

    def __init__(self, environment: Environment, number: int, folder: Path):
        """folder: must not exist, and gets a copy of the grader, a folder for temporary files and one for results."""
        self.environment, self.number, self.folder = environment, number, folder
        self.process: Any = None
        for name in ("autograder", "starter", "solution"):
            shutil.copytree(ROOT / name, folder / "tree" / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        (folder / "tree" / "assets").symlink_to(ROOT / "assets")
        (folder / "tree").chmod(0o700)  # as run_autograder has it
        (folder / "results").mkdir(mode=0o700)
        (folder / "tmp").mkdir(mode=0o711)
        (folder / "hostile").mkdir(mode=0o700)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, environment.uid(number), -1, follow_symlinks=False)

    def mark(self, case: Path) -> str:
        """What is wrong with a case, "" if nothing."""
        if self.process is None or self.process.poll() is not None:
            self._start()
        mine = self.folder / "hostile" / case.name
        shutil.copyfile(case, mine)
        os.chown(mine, self.environment.uid(self.number), -1)
        try:
            print(mine, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        return json.loads(answer) if answer else f"the grader's process ended (status {self.process.wait()})"

    def _start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        environment |= {"PYTHONPATH": str(self.folder / "tree" / "autograder"), "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"TMPDIR": str(self.folder / "tmp"), "GRADER_SECRET": SECRET}
        streams = {"stdin": -1, "stdout": -1, "env": environment, "cwd": self.folder / "results"}
        self.process = self.environment.start([sys.executable, "-m", "grader.hostile"], self.number, **streams)

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()


# In the environment


def serve() -> None:
    """Mark each case whose file is named on standard input, and answer what is wrong with it."""
    with contextlib.closing(Witness()) as witness, contextlib.closing(Watched()) as zygote:
        traces = Traces(zygote, witness.pid, ROOT, Path(os.environ["TMPDIR"]))
        for line in sys.stdin:
            faults = [*_faults(Path(line.strip()), zygote), *traces.changes(), witness.fault(), _next(zygote)]
            print(json.dumps("; ".join(filter(None, faults))), flush=True)


def _faults(path: Path, zygote: Watched) -> Iterator[str]:
    """What is wrong with a case's marks, or with the file that they are in."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        try:
            case = corpus.load(path)
            assignments = sorted({int(task.split(".")[0]) for task in case.wrong}) or [1]
            out = [mark_loaded(case.submission, n, Path(folder, str(n)), zygote, "closed-form") for n in assignments]
        except (GraderFault, ValueError, SyntaxError) as fault:
            yield f"not marked: {fault!r}"
            return
        yield case.fault(line for each in out for line in each.lines)
        for each in out:
            written = each.path.read_bytes()
            body = each.as_gradescope() | {"execution_time": json.loads(written)["execution_time"]}
            if encoded(body) != written:
                yield "results.json is not what the grader wrote"


def _next(zygote: Watched) -> str:
    """What is wrong with the next marking, of one function of the solution."""
    student = Session(zygote, overlay.load(SOLUTION)).student()
    try:
        x_t = student("q_sample", np.ones(2), np.float64(0.64), np.ones(2)).value
        return "" if np.allclose(x_t, 1.4, rtol=1e-12) else "the next marking is not as ever"
    except (GraderFault, Loses) as fault:
        return f"the next marking failed: {fault!r}"
    finally:
        student.close()


if __name__ == "__main__":
    serve()
