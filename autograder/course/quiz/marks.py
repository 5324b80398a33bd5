"""OUT/marks.csv: a row for each paper of a quiz, a cell for each of its questions, which a person fills in.

A cell stands under the number that the question has on the marking sheet. The last column says which questions the
paper has, so that the table can be read without its seed, and tables of several quizzes one below the other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.downloads import tables
from course.downloads.tables import Table
from course.marks.cells import no_mark
from course.quiz.bank.bank import BANK
from course.quiz.papers import Paper
from course.quiz.question import Question
from course.quiz.strata import STRATA
from grader import files

NAME = "marks.csv"
SEED, PAPER, QUESTIONS = "seed", "paper", "questions"
NUMBERS = [str(number) for number, _ in enumerate(STRATA, 1)]
HEADS = [SEED, PAPER, "name", "student number", *NUMBERS, QUESTIONS]
BY_KEY = {question.key: question for question in BANK}


@dataclass(frozen=True)
class Marked:
    """A paper with its marks, by question; none where nothing is written yet."""

    name: str  # of the paper: "seed 1, paper 7"
    marks: dict[Question, float]


class BadMarks(Exception):
    """The table cannot be taken; the message has a sentence for each thing that is wrong."""


def write(out: Path, papers: list[Paper], seed: int) -> bool:
    """Write the table without marks; False where another one is there, which may have some. Raises OSError."""
    rows = [
        {SEED: str(seed), PAPER: str(paper.number), QUESTIONS: " ".join(item.question.key for item in paper.items)}
        for paper in papers
    ]
    path, content = out / NAME, tables.written(HEADS, rows)
    if not path.exists():
        files.replace(path, content, 0o600)
    return path.read_bytes() == content


def read(table: Table) -> list[Marked]:
    """The papers of a table that a person filled in. Raises BadMarks."""
    if missing := [head for head in (SEED, PAPER, *NUMBERS, QUESTIONS) if head not in table.heads]:
        raise BadMarks(f"{table.path} has no column {missing[0]!r}; take the {NAME} that make quiz wrote")
    each_once(table, HEADS)
    found, faults = [], list[str]()
    for row in table.rows:
        name = f"seed {row[SEED]}, paper {row[PAPER]}"
        questions = [BY_KEY.get(key) for key in row[QUESTIONS].split()]
        if len(questions) != len(NUMBERS) or None in questions:
            faults.append(f"{name}: its {QUESTIONS} are not {len(NUMBERS)} of this bank; take that cell as it was")
            continue
        cells = [(number, question, row[number].strip()) for number, question in zip(NUMBERS, questions) if question]
        faults += _faults(name, cells)
        if not faults:
            found.append(Marked(name, {question: float(cell) for _, question, cell in cells if cell}))
    if faults:
        raise BadMarks("; ".join(faults))
    return found


def each_once(table: Table, heads: Iterable[str]) -> None:
    """Raise BadMarks where a table has two columns of one of these heads, so that nobody knows which is meant."""
    if twice := table.twice(heads):
        raise BadMarks(f"{table.path} has two columns {twice[0]!r}; keep one")


def _faults(name: str, cells: list[tuple[str, Question, str]]) -> Iterator[str]:
    for number, question, cell in cells:
        if fault := no_mark(cell, question.stratum.points):
            yield f"{name}, question {number}: {fault}"
