"""`make items MARKS=…`: the item analysis of what a person marked, of a quiz's marks.csv or a class' written.csv."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.downloads import tables
from course.downloads.people import NoSubmissions
from course.marks import items
from course.marks.cells import no_mark
from course.marks.items import FEW, WEAK, Analysis
from course.quiz import marks
from course.quiz.marks import BadMarks
from course.quiz.strata import STRATA
from course.quiz.unequal import LEVEL, Unequal, unequal
from course.written.questions import QUESTIONS
from grader.commands import refuse, say

ADVICE = "give the marks.csv of a quiz, or the written.csv of a class, as CSV in UTF-8"


def run(console: Console, path: Path) -> int:
    """Print the analysis; returns the exit status, and ends with a sentence and status 2 where there is none."""
    try:
        table = tables.read(path, ADVICE)
        if marks.QUESTIONS in table.heads:
            _quiz(console, marks.read(table))
        else:
            _written(console, table)
    except (NoSubmissions, BadMarks) as reason:
        refuse(f"There is no item analysis: {reason}.")
    return 0


def _quiz(console: Console, papers: list[marks.Marked]) -> None:
    whole = [paper for paper in papers if len(paper.marks) == len(STRATA)]
    by_stratum = [{question.stratum.key: got for question, got in paper.marks.items()} for paper in whole]
    _show(console, "papers", by_stratum, {stratum.key: stratum.points for stratum in STRATA})
    for each in unequal(whole):
        _say_unequal(each)
    rate = f"one is named in {LEVEL:.0%} of quizzes at most"
    say(f"If the questions of every stratum are equally difficult, {rate} (permutation tests, by Bonferroni).")
    _say_left([paper.name for paper in papers if paper not in whole])


def _written(console: Console, table: tables.Table) -> None:
    most = {each.number: each.points for each in QUESTIONS if each.number in table.heads}
    if not most or "submission" not in table.heads:
        raise NoSubmissions(f"{table.path} is neither: {ADVICE}")
    marks.each_once(table, most)
    by_submission = {row["submission"]: {n: row[n].strip() for n in most} for row in table.rows}  # a group counts once
    bad = [
        f"{name}, {n}: {fault}"
        for name, cells in by_submission.items()
        for n, cell in cells.items()
        if (fault := no_mark(cell, most[n]))
    ]
    if bad:
        raise BadMarks("; ".join(bad))
    whole = [{n: float(cell) for n, cell in cells.items()} for cells in by_submission.values() if all(cells.values())]
    _show(console, "submissions", whole, most)
    _say_left([name for name, cells in by_submission.items() if not all(cells.values())])


def _say_left(names: list[str]) -> None:
    if names:
        say(f"Left out, since marks are missing: {'; '.join(names)}.")


def _show(console: Console, what: str, whole: Sequence[Mapping[str, float]], most: Mapping[str, float]) -> None:
    """The table of the items, and what it means. Raises BadMarks."""
    if not whole:
        raise BadMarks(f"none of the {what} has all of its marks")
    found = items.of_marks(whole, most)
    table = Table(title=f"{len(whole)} {what}", title_justify="left", box=None, pad_edge=False)
    table.add_column("item")
    for head in ("points", "difficulty", "discrimination"):
        table.add_column(head, justify="right")
    for item in found.checks.values():
        r = item.why if item.discrimination is None else f"{item.discrimination:.2f}"
        table.add_row(item.number, f"{most[item.number]:g}", f"{item.difficulty:.2f}", r)
    console.print(table)
    for sentence in _sentences(found, what):
        say(sentence)


def _sentences(found: Analysis, what: str) -> list[str]:
    n, worth = len(found.counted), found.reliability
    said = []
    if n < FEW:
        said.append(f"With fewer than {FEW} {what} none of these figures means much.")
    if worth:
        error = f"a total is sure to about ± {worth.error:.1f} points"
        said.append(f"Cronbach's α is {worth.alpha:.2f} over the {worth.tasks} items that vary; {error}.")
    else:
        said.append("The totals do not vary, or one item alone makes them vary, so there is no reliability.")
    said += [f"These items tell nobody apart, since {why}: {', '.join(of)}." for why, of in found.same.items()]
    if found.weak:
        weak = ", ".join(f"{number} ({r:.2f})" for r, number in found.weak)
        said.append(f"Discrimination below {WEAK}, which is poor: {weak}. Chance moves one of 0 by {found.chance:.2f}.")
    return said


def _say_unequal(each: Unequal) -> None:
    ranked = sorted(each.shares.items(), key=lambda share: share[1][0])
    shares = ", ".join(f"{question.key} {share:.2f} ({count})" for question, (share, count) in ranked)
    say(f"The questions of {each.stratum.key} are not equally difficult (p = {each.p:.4f}): {shares}.", style="bold")
