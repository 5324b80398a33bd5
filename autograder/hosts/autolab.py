"""Autolab: what is printed is the feedback, and its last line a JSON object with the points of each problem.

The problems of the assessment must be called as the functions are, with their points: where one is not there, Autolab
says so instead of the feedback. It puts quotes around letters before a colon, so none may stand so in the last line.
Sources, autolab/Autolab, master of 2025-04-22 (9cc857f): docs/lab.md, app/helpers/assessment_autograde_core.rb
(`saveAutograde`, `parseAutoresult`).
"""

import json
from collections.abc import Mapping

from hosts.marks import Marks

FILE = ""  # it is printed
NEEDS: tuple[str, ...] = ()
FAULT_STATUS = 2  # without scores Autolab keeps those that are there, and gives 0 where there are none


def told(marks: Marks, environment: Mapping[str, str]) -> str:
    """What is printed; no scores where the marking did not end."""
    lost = [f"{check.number} {check.claim}\n      {check.said}" for check in marks.checks if check.got < check.of]
    scores = {"scores": {task.function: task.got for task in marks.tasks}}
    return "\n".join([marks.said, *lost, *[json.dumps(scores, allow_nan=False)] * marks.ended]) + "\n"
