"""OUT/grades.csv: a row for each person of a class, with the points of each task, the total, and what went wrong.

It is for people and their spreadsheets, and never read back; whose a submission is, is in OUT/people.json.
"""

import csv
import io
import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course.batch.batch import Batch
from course.batch.submissions import Entry, Person
from grader import files
from grader.tasks import TASKS, task_of

WHO = ("name", "sid", "email", "submission")
PEOPLE = "people.json"  # the id of each submission -> its people, each with the fields of `Person`


def write(batch: Batch) -> Path:
    """Write the grades of all submissions, in the order of their ids, and whose they are.

    One that is not marked has no points.
    """
    people = {entry.id: [asdict(person) for person in entry.people] for entry in batch.entries}
    files.replace_private(batch.out / PEOPLE, json.dumps(people, ensure_ascii=False, indent=1))
    tasks = [task.task for task in TASKS if task.assignment == batch.assignment]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*WHO, *tasks, "total", "fault"])
    for entry in batch.entries:
        rows.writerows(_rows(entry, batch, tasks))
    path = batch.out / "grades.csv"
    files.replace_private(path, text.getvalue(), "utf-8-sig")  # with a mark, so that spreadsheets read it as UTF-8
    return path


def of_tasks(results: dict[str, Any]) -> dict[str, float]:
    """The points of each task in a results file; Gradescope's export may lack any part of one."""
    points: dict[str, float] = defaultdict(float)
    for test in results.get("tests") or []:
        if number := test.get("number"):
            points[task_of(str(number))] += float(test.get("score") or 0)
    return {task: round(total, 2) for task, total in points.items()}


def _rows(entry: Entry, batch: Batch, tasks: list[str]) -> list[list[Any]]:
    results = batch.results(entry)
    if results:
        points = of_tasks(results)
        marks = [*(points.get(task, 0) for task in tasks), results["score"], batch.fault(entry)]
    else:
        marks = [*("" for _ in tasks), "", batch.fault(entry) or "not marked yet"]
    return [[*map(plain_cell, (who.name, who.sid, who.email, entry.id)), *marks] for who in entry.people or (Person(),)]


def plain_cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text
