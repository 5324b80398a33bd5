"""Which questions a submission gets: first about its mistakes, then about edits of its lines whose effect was measured.

An edit is asked about only where the function is right as it stands and the sandbox showed that the edit changes what
the words tell. The choice hangs on the code alone: the same files get the same questions, other files other ones.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice, takewhile

from course.viva.code import UNREADABLE, Code
from course.viva.edits import Edit, edits
from course.viva.question import READINGS, SAMPLER, Change, Mistake, Question, notes
from course.viva.readings import Numbers, Reading
from grader import overlay
from grader.causes.search import suspects
from grader.marking.findings import findings
from grader.marking.results import Results
from grader.overlay import Submission
from grader.paths import SOLUTION, STARTER
from grader.student.session import Session
from grader.tasks import BY_FUNCTION

FEWEST, MOST, MISTAKES = 3, 5, 2
TRIES = 16  # edits of one function that are run, at the most
LONGEST = 240.0  # seconds in which edits are run; a right submission's take 30, one that sleeps takes hours
IDEAS = {  # of each a question, if one can be asked
    1: [["ddpm_step"], ["ddpm_sample"], ["q_sample", "predict_x_0"], ["ddpm_posterior"]],
    2: [
        ["ddim_sample"],
        ["ddim_sigma", "ddim_coefficients"],
        ["ddim_step"],
        ["score_from_eps", "tweedie_mean", "langevin_sample", "annealed_langevin_sample", "reverse_sde_step"],
        ["ddim_invert"],
    ],
}
PLAIN = ("factor", "sign", "square", "one_minus")  # kinds of edit that ask less than others
Sessions = Callable[[Submission], Session]


class Viva:
    """The questions for one submission in one assignment. sessions: for a submission, and for those that edits make."""

    def __init__(self, submission: Submission, assignment: int, results: Results, sessions: Sessions) -> None:
        self.submission, self.assignment, self.sessions = submission, assignment, sessions
        self.codes = dict(_codes(submission))
        self.model = dict(_codes(overlay.load(SOLUTION)))
        self.given = {name: code.statements() for name, code in _codes(overlay.load(STARTER))}
        self.bases: dict[str, Numbers | None] = {}
        self.until = time.monotonic() + LONGEST
        self.digest = hashlib.sha256(b"\0".join([*submission.files.values(), b""]))
        self.lost = {task.function: finding for finding in reversed(findings(results)) for task in finding.tasks}

    def questions(self) -> list[Question]:
        """Five at the most, where a mistake, which has to be looked for in a whole function, takes the time of two.

        They are fewer than three only where the submission has no more to ask about.
        """
        mistakes: list[Question] = list(self._mistakes())
        ideas = [sorted(idea, key=self._first) for idea in IDEAS[self.assignment]]
        first: list[Change] = []
        for idea in ideas:
            first += islice(chain.from_iterable(self._changes(function, first) for function in idea), 1)
        while len(mistakes) + len(first) < FEWEST:
            taken = {change.edit.node for change in first}
            more = chain.from_iterable(self._changes(function, first) for idea in ideas for function in idea)
            if (another := next((each for each in more if each.edit.node not in taken), None)) is None:
                break
            first.append(another)
        return [*mistakes, *first][: MOST - len(mistakes)]

    def _first(self, function: str) -> tuple[bool, str]:
        """A function that is not written as the model answer comes before one that is."""
        mine, model = (codes.get(BY_FUNCTION[function].file) for codes in (self.codes, self.model))
        common = mine is not None and model is not None and mine.body(function) == model.body(function)
        return common, self._place(function)

    @property
    def late(self) -> bool:
        """Whether the time was over, so that there may be more to ask about."""
        return time.monotonic() >= self.until

    # Mistakes

    def _mistakes(self) -> Iterator[Mistake]:
        written = [(function, finding) for function, finding in self.lost.items() if finding.kind != "to do"]
        for function, finding in sorted(written, key=lambda each: -each[1].points)[:MISTAKES]:
            task, reading = BY_FUNCTION[function], READINGS.get(function)
            if (code := self.codes.get(task.file)) is None:
                continue
            after = self._base(reading) if reading else None
            seen = reading if reading and not reading.is_right(after) else None
            repair = self._repair(code, seen) if seen else None
            model = self.model[task.file].answer(task.task)
            after, samples = after if seen else None, self._samples(function)
            yield Mistake(task, finding, code.whole(function), reading, after, repair, model, samples)

    def _samples(self, function: str) -> tuple[float, float] | None:
        """What the student's sampler does with a step that is wrong, if that is another thing."""
        sampler = READINGS.get(SAMPLER.get(function, ""))
        after = self._base(sampler) if sampler else None
        if not sampler or not after or "spread" not in sampler.moved(sampler.right, after):
            return None
        return sampler.right["spread"], after["spread"]

    def _repair(self, code: Code, reading: Reading) -> Edit | None:
        """The edit that makes a function right, where one alone does."""
        tried = self._tried(code, reading.function, [], 2 * TRIES)
        near = [edit for edit in tried if reading.is_right(self._read(reading, edit))]
        right = [edit for edit in near if not suspects(self._with(edit), reading.function, []).where]
        return right[0] if len(right) == 1 else None

    # Changes

    def _changes(self, function: str, taken: list[Change]) -> Iterator[Change]:
        """Edits of a function that is right, each with what was measured."""
        task, reading = BY_FUNCTION[function], READINGS[function]
        code = self.codes.get(task.file)
        if function in self.lost or code is None or function not in code.top:
            return
        before = self._base(reading)
        if before is None or not reading.is_right(before):
            return
        for edit in self._tried(code, function, taken, TRIES):
            after = self._read(reading, edit)
            if after and reading.moved(before, after) and notes(reading, before, after):
                yield self.with_samples(Change(edit, reading, before, after))

    def with_samples(self, change: Change) -> Change:
        """A step's edit with what the student's own sampler does then, if that is another thing."""
        sampler = READINGS.get(SAMPLER.get(change.reading.function, ""))
        before = self._base(sampler) if sampler else None
        if not sampler or not before or not sampler.is_right(before):
            return change
        after = self._read(sampler, change.edit)
        if after is None:
            failure = sampler.failure(self._with(change.edit))
            return replace(change, samples=(before["spread"], failure)) if failure else change
        if "spread" not in sampler.moved(before, after):
            return change
        return replace(change, samples=(before["spread"], after["spread"]))

    def _tried(self, code: Code, function: str, taken: list[Change], most: int) -> Iterator[Edit]:
        """The first edits of a function, as long as there is time."""
        return takewhile(lambda _: not self.late, islice(self.ordered(code, function, taken), most))

    def ordered(self, code: Code, function: str, taken: list[Change]) -> list[Edit]:
        """The edits of a function but for those of given lines: of the student's own helpers first, of lines and kinds
        that were not asked about.
        """
        given = self.given[code.name]
        kinds, statements = ([getattr(change.edit, name) for change in taken] for name in ("kind", "statement"))

        def place(edit: Edit) -> tuple[int, int, bool, bool, str]:
            where = f"{edit.node.lineno} {edit.node.col_offset} {edit.new}"
            again = statements.count(edit.statement), kinds.count(edit.kind)
            return *again, not edit.own, edit.kind in PLAIN, self._place(where)

        return sorted((edit for edit in edits(code, function) if code.said(edit.statement) not in given), key=place)

    def _base(self, reading: Reading) -> Numbers | None:
        """What a function does as it was handed in."""
        if reading.function not in self.bases:
            self.bases[reading.function] = reading.of(self.sessions(self.submission))
        return self.bases[reading.function]

    def _read(self, reading: Reading, edit: Edit) -> Numbers | None:
        return reading.of(self._with(edit))

    def _with(self, edit: Edit) -> Session:
        return self.sessions(Submission({**self.submission.files, edit.code.name: edit.file}))

    def _place(self, what: str) -> str:
        """A place in an order that hangs on the code alone."""
        digest = self.digest.copy()
        digest.update(what.encode())
        return digest.hexdigest()


def _codes(submission: Submission) -> Iterator[tuple[str, Code]]:
    """The files that can be read as Python."""
    for name, content in submission.files.items():
        try:
            yield name, Code(name, content)
        except UNREADABLE:
            continue
