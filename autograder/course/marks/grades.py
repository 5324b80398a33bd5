"""OUT/grades.csv: a row for each person of a class: the points of each task, the total, how late, and what went wrong.

Beside the total, which is that of the code, stand the marks of the written answers, where the course has these. It is
for people and their spreadsheets, and never read back.
"""

import csv
import io
from pathlib import Path
from typing import Any

from course.batch.batch import Batch
from course.downloads.people import Entry, Person
from course.marks.cells import plain_cell
from course.marks.class_marks import WHO, Marked
from course.written.table import Marks
from grader import files
from grader.tasks import TASKS


def write(batch: Batch, submissions: list[Marked], written: Marks) -> Path:
    """Write the grades of all submissions, in the order of their ids; one that is not marked has no points."""
    by_id = {each.id: each for each in submissions}
    tasks = [task.task for task in TASKS if task.assignment == batch.assignment]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    asked = [each.number for each in written.questions]
    rows.writerow([*WHO, *tasks, "total", *asked, *(["written", "unmarked"] if asked else []), "late", "fault", "note"])
    for entry in batch.entries:
        rows.writerows(_rows(entry, by_id[entry.id], tasks, batch.notes.get(entry.id, ""), written))
    path = batch.out / "grades.csv"
    files.replace_private(path, text.getvalue(), "utf-8-sig")  # with a mark, so that spreadsheets read it as UTF-8
    return path


def _rows(entry: Entry, marked: Marked, tasks: list[str], note: str, written: Marks) -> list[list[Any]]:
    points = [marked.tasks.get(task, 0) for task in tasks] if marked.results else [""] * len(tasks)
    marks, odd = [*points, marked.results["score"] if marked.results else ""], (entry.late, marked.fault, note)
    return [
        [
            *map(plain_cell, (who.name, who.sid, who.email, entry.id)),
            *marks,
            *_written(entry, who, written),
            *map(plain_cell, odd),
        ]
        for who in entry.people or (Person(),)
    ]


def _written(entry: Entry, who: Person, written: Marks) -> list[Any]:
    """The marks of each question, their sum, and why there is none, which is never a zero."""
    if not written.questions:
        return []
    mine, total = written.of(entry, who), written.total(entry, who)
    each = [mine.get(question.number, "") for question in written.questions]
    return [*each, "" if total is None else total, written.unmarked(entry, who)]
