"""Mark the hostile corpus in an environment, and say of each case whether it gained or changed anything.

A case must lose exactly the checks that it declares, and leave everything else as it was (`traces`). What it may
go for has fixed names, which `corpus/spoils.py` repeats for the cases: sockets that listen, files that anyone may write
to, a process of another user with a secret. Each lane of an environment is a process of its own that marks with a copy
of the grader, which belongs to its user; what an attack does to that copy is seen, and harms nobody.

An attack that misses its target holds, too. So each is marked again with the walls down that it declares
(`walls_down`), where it must reach something: a mark, a trace, or a fault of the grader. It is then a user that
owns nothing but its copy of the grader, in a control group with limits.
"""

import contextlib
import itertools
import json
import os
import queue
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from grader import overlay
from grader.marking.mark import mark
from grader.marking.results import Line, encoded
from grader.outcomes import GraderFault, Reason
from grader.paths import CORPUS, ROOT, SOLUTION
from grader.student.session import Session
from workshop.attacks import walls_down
from workshop.attacks.bait import Bait
from workshop.attacks.environments import Environment, NotHere
from workshop.attacks.traces import SECRET, Traces, Watched, Witness
from workshop.trust import corpus
from workshop.trust.corpus import Case

NO_ATTACK = CORPUS / "no_attack.py"
TELLS = re.compile(rf"\d{{5}}|{SECRET}")  # in a sentence: a hidden input, or the secret
LONGEST = 2000  # characters of a sentence
MUCH_MIB = 128  # more memory than the grader has ever had
Found = tuple[list[str], list[str]]  # what a case reached, and what else is not as it declares


def run(environment: str) -> Iterator[tuple[str, str]]:
    """Mark the corpus in an environment: the name of each case, and what is wrong with it or "".

    Nothing at all where the environment cannot be made on this machine.
    """
    with contextlib.suppress(NotHere), Environment(environment) as place:
        yield from marked(place, corpus.files("hostile"))


def marked(place: Environment, cases: list[Path]) -> Iterator[tuple[str, str]]:
    """Mark the cases in these files, as many beside each other as the environment has lanes."""
    with Bait() as bait, _folder() as folder, contextlib.ExitStack() as stack:
        lanes: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        for number in range(place.lanes):
            lanes.put(stack.enter_context(contextlib.closing(Lane(place, number, folder / str(number)))))

        def mark(case: Path) -> tuple[str, str]:
            lane = lanes.get()
            try:
                return case.stem, "; ".join(itertools.chain(*lane.mark(case), bait.taken()))
            finally:
                lanes.put(lane)

        yield from stack.enter_context(ThreadPoolExecutor(place.lanes)).map(mark, cases)


def run_down(files: Iterable[Path]) -> Iterator[tuple[str, str, str]]:
    """Mark the cases in these files that have walls with those down, and first, with the same ones, no attack.

    The name of each, what it reached, and what is wrong with that or "". Raises NotHere.
    """
    cases = sorted(((corpus.load(path), path) for path in files), key=lambda each: each[0].walls)
    for walls, group in itertools.groupby((each for each in cases if each[0].walls), key=lambda each: each[0].walls):
        below = f"with {', '.join(walls)} down"
        for number, (case, path) in enumerate(group):
            if number == 0:
                reached = _mark_down(case, NO_ATTACK)
                yield f"no attack {below}", reached, f"reaches something: {reached}" if reached else ""
            reached = _mark_down(case, path)
            yield case.name, reached, "" if reached else f"misses its target {below}"


def _mark_down(case: Case, path: Path) -> str:
    """What a file reached with a case's walls down, in the environment in which fewest others stop it."""
    environment = "root" if "a user id of its own" in case.walls else "user"
    with Environment(environment, bounded=True) as place, Bait() as bait, _folder() as folder:
        with contextlib.closing(Lane(place, 0, folder / "lane", case, bait.number)) as lane:
            reached, _ = lane.mark(path)
            return "; ".join(reached + bait.taken())


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that all users may go through; an attack may have made what is in it hard to delete."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


class Lane:
    """A process in the environment that marks one case after the other; where it dies, the next one gets a new one."""

    def __init__(self, environment: Environment, number: int, folder: Path, down: Case | None = None, run: int = 0):
        """folder: must not exist, and gets a copy of the grader, a folder for temporary files and one for results.

        down: the case whose walls are taken down in the copy, which then has the checks that are about this case only.
        run: the number of what this case may go for.
        """
        self.environment, self.number, self.folder = environment, number, folder
        self.process: Any = None
        self.stderr = subprocess.DEVNULL if down else None  # where walls are down, the grader may well fail
        for name in ("autograder", "starter", "solution"):
            shutil.copytree(ROOT / name, folder / "tree" / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        if down:
            walls_down.take_down(down.walls, folder / "tree" / "autograder", run)
            for path in (folder / "tree" / "autograder" / "checks").glob("assignment*/test_*.py"):
                if not any(f'"{number}"' in path.read_text() for number in {"1.1.1", *down.loses}):
                    path.unlink()
        (folder / "tree" / "assets").symlink_to(ROOT / "assets")
        (folder / "tree").chmod(0o700)  # as run_autograder has it
        (folder / "results").mkdir(mode=0o700)
        (folder / "tmp").mkdir(mode=0o711)
        (folder / "hostile").mkdir(mode=0o700)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, environment.uid(number), -1, follow_symlinks=False)

    def mark(self, case: Path) -> Found:
        """What was seen of a case: nothing at all where it is as it declares and reached nothing."""
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
        try:
            reached, strays = json.loads(answer)
            return reached, strays
        except ValueError:
            self.process.kill()
            status = self.process.wait()
        return [
            f"the grader's process said {answer[:40]!r}" if answer else f"the grader's process ended ({status})"
        ], []

    def _start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        environment |= {"PYTHONPATH": str(self.folder / "tree" / "autograder"), "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"TMPDIR": str(self.folder / "tmp"), "GRADER_SECRET": SECRET}
        streams = {"stdin": -1, "stdout": -1, "stderr": self.stderr, "env": environment, "cwd": self.folder / "results"}
        self.process = self.environment.start(
            [sys.executable, "-m", "workshop.attacks.hostile"], self.number, **streams
        )

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()


# In the environment


def serve() -> None:
    """Mark each case whose file is named on standard input, and answer what was seen of it."""
    with contextlib.closing(Witness()) as witness, contextlib.closing(Watched()) as zygote:
        traces = Traces(zygote, witness.pid, ROOT, Path(os.environ["TMPDIR"]))
        for line in sys.stdin:
            reached, strays = _marks(Path(line.strip()), zygote)
            reached += [*traces.changes(), *filter(None, [witness.fault(), _next(zygote)])]
            print(json.dumps((reached, strays)), flush=True)


def _marks(path: Path, zygote: Watched) -> Found:
    """What a case reached in its marks or in the file that they are in, and how they are not as it declares."""
    before = _peak_mib()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        try:
            case = corpus.load(path)
        except (ValueError, SyntaxError) as fault:
            return [], [f"not marked: {fault!r}"]
        assignments = sorted({int(task.split(".")[0]) for task in case.wrong}) or [1]
        try:
            sessions = {n: Session(zygote, case.submission, "closed-form") for n in assignments}
            out = [mark(session, n, Path(folder, str(n))) for n, session in sessions.items()]
        except GraderFault as fault:
            return [f"a fault of the grader: {fault}"], []
        reached = [*case.gains(line for each in out for line in each.lines)]
        for each in out:
            written = each.path.read_bytes()
            body = each.as_gradescope() | {"execution_time": json.loads(written)["execution_time"]}
            if encoded(body) != written:
                reached.append("results.json is not what the grader wrote")
            reached += [f"{line.number} says {line.output[:99]!r}" for line in each.lines if _tells(line)]
    if (more := _peak_mib() - before) > MUCH_MIB:
        reached.append(f"the grader took {more} MiB more than ever")
    return reached, case.strays(line for each in out for line in each.lines)


def _tells(line: Line) -> bool:
    return len(line.output) > LONGEST or bool(TELLS.search(line.output))


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _next(zygote: Watched) -> str:
    """What is wrong with the next marking, of one function of the solution."""
    with Session(zygote, overlay.load(SOLUTION)) as session:
        student = session.student()
        try:
            x_t = student("q_sample", np.ones(2), np.float64(0.64), np.ones(2)).value
            return "" if np.allclose(x_t, 1.4, rtol=1e-12) else "the next marking is not as ever"
        except Reason as fault:
            return f"the next marking failed: {fault!r}"
        finally:
            student.close()


if __name__ == "__main__":
    serve()
