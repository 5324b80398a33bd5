"""OUT/grades.csv: a row for each person of a class: the points of each task, the total, how late, and what went wrong.

It is for people and their spreadsheets, and never read back.
"""

import csv
import io
from pathlib import Path
from typing import Any

from course.batch.batch import Batch
from course.downloads.people import Entry, Person
from course.marks.cells import plain_cell
from course.marks.class_marks import WHO, Marked
from grader import files
from grader.tasks import TASKS


def write(batch: Batch, submissions: list[Marked]) -> Path:
    """Write the grades of all submissions, in the order of their ids; one that is not marked has no points."""
    by_id = {each.id: each for each in submissions}
    tasks = [task.task for task in TASKS if task.assignment == batch.assignment]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*WHO, *tasks, "total", "late", "fault", "note"])
    for entry in batch.entries:
        rows.writerows(_rows(entry, by_id[entry.id], tasks, plain_cell(batch.notes.get(entry.id, ""))))
    path = batch.out / "grades.csv"
    files.replace_private(path, text.getvalue(), "utf-8-sig")  # with a mark, so that spreadsheets read it as UTF-8
    return path


def _rows(entry: Entry, marked: Marked, tasks: list[str], note: str) -> list[list[Any]]:
    points = [marked.tasks.get(task, 0) for task in tasks] if marked.results else [""] * len(tasks)
    marks = [*points, marked.results["score"] if marked.results else "", entry.late, marked.fault, note]
    return [[*map(plain_cell, (who.name, who.sid, who.email, entry.id)), *marks] for who in entry.people or (Person(),)]
