"""Mark a whole class: each distinct submission once, on all machines; it can be stopped at any moment and go on.

    OUT/marks/<digest>/    the results of a distinct submission, complete as soon as the folder is there
    OUT/submissions/<id>/  those of each submission: a link, or in the GPU tier Gradescope's own, completed by it
    OUT/people.json        whose each submission is
    OUT/faults.json        what could not be marked, and why; it is tried again the next time

A digest covers the graded files and all code and data that a mark depends on, so a changed check marks anew.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from course.batch import merging
from course.batch.digests import digest
from course.batch.machines import GONE, OTHER_VERSION, Files, Job, Machines, NoMachines
from course.downloads.people import PEOPLE, Entry, NoSubmissions
from course.marks import read_back
from course.pages import report
from grader import files
from grader.marking import version
from grader.outcomes import GraderFault
from grader.overlay import Submission
from grader.settings import DEFAULTS, Settings, Tier

TRIES = 2  # of a marking that ends in a fault of the grader
LOOK_SECONDS = 1.0  # between two looks at the machines; a Ctrl-C that reaches another thread waits so long
RESULTS = "results.json"


@dataclass
class Batch:
    """The marking of a class in one assignment, in the folder `out`; what is there already is not done again.

    `prepare` comes first, then `run`.
    """

    entries: list[Entry]
    assignment: int
    tier: Tier
    out: Path
    settings: Settings = DEFAULTS
    version: str = field(init=False, default="")  # of the grader, when it was prepared
    digest_of: dict[str, str] = field(init=False, default_factory=dict)  # by the id of an entry
    notes: dict[str, str] = field(init=False, default_factory=dict)  # by the id of an entry: where its files were found
    missing: dict[str, Submission] = field(init=False, default_factory=dict)  # by digest: what is to be marked
    faults: dict[str, str] = field(init=False, default_factory=dict)  # by digest: why it could not be marked
    _with: dict[str, list[Entry]] = field(init=False, default_factory=dict)  # by digest: those that are the same

    def prepare(self, gpu: bool = False) -> None:
        """Read what was handed in, see what is marked already, and make `out` ready.

        gpu: whether there is one now, so that what the GPU tier marked without one is marked again.
        Raises NoSubmissions where `out` holds what is not of an earlier marking.
        """
        self.version = version.digest(self.assignment)
        marks = self.out / "marks"
        marks.mkdir(mode=0o700, parents=True, exist_ok=True)  # reports are for the course staff's eyes
        for half in marks.glob("*.half"):
            shutil.rmtree(half)
        for entry in self.entries:
            self._read(entry, gpu)
        self._forget()
        for entry in self.entries:
            self._show(entry)
        people = {entry.id: [asdict(person) for person in entry.people] for entry in self.entries}
        files.replace_private(self.out / PEOPLE, json.dumps(people, ensure_ascii=False, indent=1))

    def folder(self, key: str) -> Path:
        """Where the results of the submissions with this digest are, once they are marked."""
        return self.out / "marks" / key

    def fault(self, entry: Entry) -> str:
        """Why a submission could not be marked, this time; "" where it could."""
        return self.faults.get(self.digest_of[entry.id], "")

    def run(self, machines: Machines) -> Iterator[str]:
        """Mark what is missing; gives each digest as soon as its results are on disk, or it is a fault for good.

        Raises NoMachines where they are gone, or have another version of the grader.
        """
        waiting, tries, running = list(self.missing), Counter[str](), dict[Future[Files | str], str]()
        while waiting or running:
            while waiting and len(running) < machines.slots:
                key = waiting.pop(0)
                running[machines.submit(self._job(key))] = key
            for future in wait(running, LOOK_SECONDS, FIRST_COMPLETED).done:
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
            machines.look()

    def write_faults(self) -> None:
        """Write OUT/faults.json."""
        faults = {entry.id: self.fault(entry) for entry in self.entries if self.fault(entry)}
        files.replace_private(self.out / "faults.json", json.dumps(faults, indent=1, ensure_ascii=False))

    def _read(self, entry: Entry, gpu: bool) -> None:
        """Look at what was handed in: is it new, the same as another's, or marked already?"""
        try:
            submission = entry.submission()
        except GraderFault as fault:
            key = self.digest_of[entry.id] = f"unread {entry.id}"
            self.faults[key] = str(fault)
            return
        key = self.digest_of[entry.id] = digest(submission, self.assignment, self.tier, self.version)
        self.notes[entry.id] = " ".join(submission.notes)
        if key not in self._with and not self._is_marked(key, gpu):
            self.missing[key] = replace(submission, notes=())  # each has its own, and all that are the same share this
        self._with.setdefault(key, []).append(entry)

    def _is_marked(self, key: str, gpu: bool) -> bool:
        results = read_back.from_file(self.folder(key) / RESULTS)
        return results is not None and not (gpu and self.tier == "gpu" and merging.without_gpu(results))

    def _forget(self) -> None:
        """Empty OUT/submissions, for entries may have gone; nothing is deleted that an earlier marking did not make."""
        place = self.out / "submissions"
        place.mkdir(mode=0o700, exist_ok=True)
        shown = list(place.iterdir())
        if strange := [each for each in shown if not _is_ours(each)]:
            raise NoSubmissions(f"{strange[0]} is not of an earlier make grade-all; give an OUT of its own")
        for each in shown:
            each.unlink() if each.is_symlink() else shutil.rmtree(each)

    def _job(self, key: str) -> Job:
        first, others = self._with[key][0].id, len(self._with[key]) - 1
        title = f"{first} and {others} identical" if others else first
        return Job(self.missing[key], self.assignment, self.tier, title, self.settings, self.version)

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
        """Make OUT/submissions/<id>; until it is marked it is a link that leads nowhere."""
        shown, key = self.out / "submissions" / entry.id, self.digest_of[entry.id]
        theirs = entry.results if self.tier == "gpu" and entry.results and merging.ended(entry.results) else None
        marks = read_back.from_file(self.folder(key) / RESULTS) if theirs else None
        if not (theirs and marks):
            if not shown.is_symlink():
                shown.symlink_to(Path("..", "marks", key), target_is_directory=True)
            return
        if shown.is_symlink():
            shown.unlink()
        shown.mkdir(exist_ok=True)
        (shown / report.NAME).unlink(missing_ok=True)
        (shown / report.NAME).symlink_to(Path("..", "..", "marks", key, report.NAME))
        whole = merging.merged(theirs, marks)
        files.replace_private(shown / RESULTS, json.dumps(whole, indent=1, ensure_ascii=False, default=str))


def _result(future: "Future[Files | str]") -> Files | str:
    """What a marking gave, or what became of it. Raises NoMachines where no other marking will fare better."""
    try:
        if (result := future.result()) == OTHER_VERSION:
            raise NoMachines(OTHER_VERSION)
        return result
    except NoMachines:
        raise
    except CancelledError:
        raise NoMachines(GONE) from None
    except Exception as error:  # the process that marked it died, again and again
        return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _is_ours(path: Path) -> bool:
    """Whether a path was made by `_show`, perhaps not to its end."""
    return path.is_symlink() or path.is_dir() and ((path / report.NAME).is_symlink() or not any(path.iterdir()))
