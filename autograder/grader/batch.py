"""Mark a whole class: each distinct submission once, on all machines; it can be stopped at any moment and go on.

    OUT/marks/<digest>/    the results of a distinct submission, complete as soon as the folder is there
    OUT/submissions/<id>   a link to those of each submission
    OUT/faults.json        what the grader could not mark, and why; it is tried again the next time

A digest covers the graded files and all code and data that a mark depends on, so a changed check marks anew.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import cache
from pathlib import Path

from grader.machines import Machines
from grader.marking import mark_loaded
from grader.overlay import Submission
from grader.paths import ASSETS, AUTOGRADER, STARTER
from grader.submissions import Entry
from grader.zygote import Zygote

TRIES = 2  # of a marking that ends in a fault of the grader
Files = dict[str, bytes]  # what a marking writes, by name


class Batch:
    """The marking of a class in one assignment, in the folder `out`; what is there already is not done again."""

    def __init__(self, entries: list[Entry], assignment: int, tier: str, out: Path):
        self.entries, self.assignment, self.tier, self.out = entries, assignment, tier, out
        self.digest_of: dict[str, str] = {}  # by the id of an entry
        self.missing: dict[str, Submission] = {}  # by digest: what is to be marked
        self.faults: dict[str, str] = {}  # by digest: why the grader could not mark it
        for folder in (out / "marks", out / "submissions"):
            folder.mkdir(parents=True, exist_ok=True)
        for half in (out / "marks").glob("*.half"):
            shutil.rmtree(half)
        for entry in entries:
            submission = entry.submission()
            key = self.digest_of[entry.id] = digest(submission, assignment, tier)
            link = out / "submissions" / entry.id
            link.unlink(missing_ok=True)
            link.symlink_to(Path("..", "marks", key), target_is_directory=True)
            if not self.folder(key).exists():
                self.missing[key] = submission

    def folder(self, key: str) -> Path:
        """Where the results of the submissions with this digest are, once they are marked."""
        return self.out / "marks" / key

    def run(self, machines: Machines) -> Iterator[str]:
        """Mark what is missing; gives each digest as soon as its results are on disk, or it is a fault for good."""
        executor, running = machines.executor(), dict[Future[Files | str], str]()
        waiting, suspects, tries = list(self.missing), list[str](), dict.fromkeys(self.missing, 0)
        try:
            while waiting or suspects or running:
                # what was at work when a process died goes again, and alone: one of them may have been the reason
                while suspects and not running or waiting and not suspects and len(running) < machines.slots:
                    key = suspects.pop() if suspects else waiting.pop(0)
                    running[executor.submit(marked, self.missing[key], self.assignment, self.tier)] = key
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    key = running.pop(future)
                    died = future.exception()
                    result = f"the process that marked it ended ({died})" if died else future.result()
                    if isinstance(result, dict):
                        self._keep(key, result)
                        self.faults.pop(key, None)
                        yield key
                        continue
                    tries[key] += 1
                    self.faults[key] = result
                    if tries[key] == TRIES:
                        yield key
                    else:
                        suspects.append(key)
                    if died:
                        executor.shutdown(wait=False, cancel_futures=True)
                        executor = machines.executor()
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            self._write_faults()

    def _keep(self, key: str, files: Files) -> None:
        half = self.folder(f"{key}.half")
        half.mkdir()
        for name, content in files.items():
            (half / name).write_bytes(content)
        half.rename(self.folder(key))

    def _write_faults(self) -> None:
        faults = {entry_id: self.faults[key] for entry_id, key in self.digest_of.items() if key in self.faults}
        (self.out / "faults.json").write_text(json.dumps(faults, indent=1, ensure_ascii=False))


_zygote: Zygote | None = None  # of a process that marks


def marked(submission: Submission, assignment: int, tier: str) -> Files | str:
    """Mark a submission in this process: the files of its results, or what went wrong in the grader."""
    global _zygote
    try:
        _zygote = _zygote or Zygote()
        with tempfile.TemporaryDirectory() as folder:
            mark_loaded(submission, assignment, Path(folder), _zygote, tier)
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    except Exception as fault:
        if _zygote:
            _zygote.close()
        _zygote = None
        return f"{type(fault).__name__}: {fault}"


def digest(submission: Submission, assignment: int, tier: str) -> str:
    """What a mark depends on, as 20 hexadecimal digits."""
    parts = [version(), str(assignment), tier]
    parts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(submission.files.items())]
    parts += [f"{name} {problem}" for name, problem in sorted(submission.problems.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


@cache
def version() -> str:
    """The digest of the grader, its checks, the starter's provided code and the assets."""
    roots = [(AUTOGRADER / "grader", "*.py"), (AUTOGRADER / "checks", "*.*"), (STARTER / "diffusion", "*.*")]
    files = [path for root, pattern in roots for path in root.rglob(pattern) if "__pycache__" not in path.parts]
    total = hashlib.sha256()
    for path in sorted([*files, ASSETS / "MANIFEST.json"]):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:20]
