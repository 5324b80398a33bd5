"""What a question of a viva is: about an edit, or about a mistake; and what follows from the numbers of its answer."""

from dataclasses import dataclass

from course.quiz.question import Text
from course.viva.code import Quote
from course.viva.edits import Edit
from course.viva.loop_words import LOOP_WORDS
from course.viva.loops import LOOPS
from course.viva.readings import Numbers, Reading
from course.viva.samplers import SAMPLERS
from course.viva.value_words import VALUE_WORDS
from course.viva.values import VALUES
from grader.marking.findings import Finding
from grader.tasks import BY_FUNCTION, Task

READINGS = {reading.function: reading for reading in (*VALUES, *LOOPS, *SAMPLERS)}
WORDS = {**VALUE_WORDS, **LOOP_WORDS}
SAMPLER = {  # whose samples tell what comes of a step
    **dict.fromkeys(("ddpm_posterior", "ddpm_step"), "ddpm_sample"),
    **dict.fromkeys(("ddim_sigma", "ddim_coefficients", "ddim_step"), "ddim_sample"),
}


@dataclass(frozen=True)
class Change:
    """What would one edit do?

    samples: the spread of the sampler's output as it is and with the edit, if it moves, or why there is none then.
    """

    edit: Edit
    reading: Reading
    before: Numbers
    after: Numbers
    samples: tuple[float, float | str] | None = None

    @property
    def task(self) -> Task:
        return BY_FUNCTION[self.reading.function]

    @property
    def notes(self) -> list[Text]:
        return notes(self.reading, self.before, self.after)


@dataclass(frozen=True)
class Mistake:
    """Where does what a function does wrong come from?

    quote: None where the file has no such `def`. after: what it does, None where that is right, or no such numbers.
    repair: an edit that was seen to make it right. model: the lines of the model answer. samples: the spread of the
    right sampler's output and of the student's.
    """

    task: Task
    finding: Finding
    quote: Quote | None
    reading: Reading | None
    after: Numbers | None
    repair: Edit | None
    model: Quote
    samples: tuple[float, float] | None = None

    @property
    def notes(self) -> list[Text]:
        reading = self.reading
        return notes(reading, reading.right, self.after) if reading and self.after else []


Question = Change | Mistake


def notes(reading: Reading, before: Numbers, after: Numbers) -> list[Text]:
    """What follows from the numbers that moved, as the words tell it."""
    words, was, now = WORDS[reading.function], reading.means(before), reading.means(after)
    names = reading.moved(was, now)
    alone = [name for name in words.alone if name in names][:1]
    main = [name for name in names if name not in words.beside]
    told = alone or main or names or [_left(reading, before, after)]
    ways = {name: "up" if now[name] > was[name] else "down" for name in names}
    found = (words.notes.get(name) or words.notes.get(f"{name}_{ways.get(name)}") for name in told)
    return [note for note in found if note]


def _left(reading: Reading, before: Numbers, after: Numbers) -> str:
    """What is left to tell where all that follows is as it was; "" where it is but the sign of the noise."""
    names = [name for name in reading.moved(before, after) if abs(after[name]) != abs(before[name])]
    if names == ["spread"]:
        return "spread"
    return "" if not names or "spread" in before else "fresh" if "z" in names else "turned"
