"""Mark a whole class: each distinct submission once, on all machines; it can be stopped at any moment and go on.

    OUT/marks/<digest>/    the results of a distinct submission, complete as soon as the folder is there
    OUT/submissions/<id>/  those of each submission: a link, or in the GPU tier Gradescope's own, completed by it
    OUT/faults.json        what the grader could not mark, and why; it is tried again the next time

A digest covers the graded files and all code and data that a mark depends on, so a changed check marks anew.
"""

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from pathlib import Path
from typing import Any

from grader import files, merging, report
from grader.digests import digest, version
from grader.machines import GONE, Files, Job, Machines, NoMachines
from grader.overlay import Submission
from grader.submissions import Entry

TRIES = 2  # of a marking that ends in a fault of the grader
RESULTS = "results.json"


class Batch:
    """The marking of a class in one assignment, in the folder `out`; what is there already is not done again."""

    def __init__(self, entries: list[Entry], assignment: int, tier: str, out: Path, gpu: bool = False):
        """gpu: whether there is one now, so that what the GPU tier marked without one is marked again."""
        self.entries, self.assignment, self.tier, self.out = entries, assignment, tier, out
        self.digest_of: dict[str, str] = {}  # by the id of an entry
        self.missing: dict[str, Submission] = {}  # by digest: what is to be marked
        self.faults: dict[str, str] = {}  # by digest: why the grader could not mark it
        self._with: dict[str, list[Entry]] = defaultdict(list)  # by digest: the submissions that are the same
        (out / "marks").mkdir(mode=0o700, parents=True, exist_ok=True)  # reports are for the course staff's eyes
        for half in (out / "marks").glob("*.half"):
            shutil.rmtree(half)
        for entry in entries:
            submission = entry.submission()
            key = self.digest_of[entry.id] = digest(submission, assignment, tier)
            self._with[key].append(entry)
            if not self._is_marked(key, gpu):
                self.missing[key] = submission
        shutil.rmtree(out / "submissions", ignore_errors=True)  # of entries that may have gone
        (out / "submissions").mkdir(mode=0o700)
        for entry in entries:
            self._show(entry)

    def folder(self, key: str) -> Path:
        """Where the results of the submissions with this digest are, once they are marked."""
        return self.out / "marks" / key

    def results(self, entry: Entry) -> dict[str, Any] | None:
        """What counts for a submission: the content of its results file; None where it is not marked."""
        path = self.out / "submissions" / entry.id / RESULTS
        return json.loads(path.read_bytes()) if path.exists() else None

    def run(self, machines: Machines) -> Iterator[str]:
        """Mark what is missing; gives each digest as soon as its results are on disk, or it is a fault for good.

        Raises NoMachines where they are gone; the files say what was done by then.
        """
        waiting, tries, running = list(self.missing), Counter[str](), dict[Future[Files | str], str]()
        try:
            while waiting or running:
                while waiting and len(running) < machines.slots:
                    key = waiting.pop(0)
                    running[machines.submit(self._job(key))] = key
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    key, result = running.pop(future), _result(future)
                    tries[key] += 1
                    if isinstance(result, dict):
                        self._keep(key, result)
                        self.faults.pop(key, None)
                    else:
                        self.faults[key] = result
                        if tries[key] < TRIES:
                            waiting.append(key)
                            continue
                    yield key
        finally:
            self._write_faults()

    def _is_marked(self, key: str, gpu: bool) -> bool:
        path = self.folder(key) / RESULTS
        if not path.exists():
            return False
        return not (gpu and self.tier == "gpu" and merging.without_gpu(json.loads(path.read_bytes())))

    def _job(self, key: str) -> Job:
        first, others = self._with[key][0].id, len(self._with[key]) - 1
        title = f"{first} and {others} identical" if others else first
        return Job(self.missing[key], self.assignment, self.tier, title, version())

    def _keep(self, key: str, made: Files) -> None:
        """Put the results where they belong, in one step."""
        half = self.folder(f"{key}.half")
        half.mkdir()
        for name, content in (made | self.missing[key].files).items():
            with (half / name).open("wb") as file:
                file.write(content)
                os.fsync(file.fileno())
        if self.folder(key).exists():  # of a marking without a GPU
            shutil.rmtree(self.folder(key))
        half.rename(self.folder(key))
        for entry in self._with[key]:
            self._show(entry)

    def _show(self, entry: Entry) -> None:
        """Make OUT/submissions/<id>."""
        shown, key = self.out / "submissions" / entry.id, self.digest_of[entry.id]
        marks = self.folder(key) / RESULTS
        if self.tier != "gpu" or not entry.results:
            if not shown.is_symlink():
                shown.symlink_to(Path("..", "marks", key), target_is_directory=True)
        elif marks.exists():
            shown.mkdir(exist_ok=True)
            (shown / report.NAME).unlink(missing_ok=True)
            (shown / report.NAME).symlink_to(Path("..", "..", "marks", key, report.NAME))
            whole = merging.merged(entry.results, json.loads(marks.read_bytes()))
            files.replace_private(shown / RESULTS, json.dumps(whole, indent=1, ensure_ascii=False, default=str))

    def _write_faults(self) -> None:
        faults = {entry_id: self.faults[key] for entry_id, key in self.digest_of.items() if key in self.faults}
        files.replace_private(self.out / "faults.json", json.dumps(faults, indent=1, ensure_ascii=False))


def _result(future: "Future[Files | str]") -> Files | str:
    """What a marking gave, or what became of it."""
    try:
        return future.result()
    except CancelledError:
        raise NoMachines(GONE) from None
    except Exception as error:  # the process that marked it died, again and again
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
