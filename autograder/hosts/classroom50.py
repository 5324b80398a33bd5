"""Classroom 50: result.json of its schema `classroom50/result/v1`, whose scores are whole numbers.

They are hundredths of a point, so that no point is rounded: 100 points are 10000. A bonus is in the maximum, since a
score must not be above it. A bundle of tests can be read by anyone, and a student can change the workflow of their own
repository, so whatever a runner can read they can: this is for a machine on which no student can run a workflow.
Sources, foundation50/classroom50, main of August 2026: schemas/result-v1.schema.json (6e593c7), the runner's
`validate_result` in cli/gh-teacher/skeleton/dotgithub/scripts/runner.py (0c49903), the wiki's Advanced Autograding.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timezone

from grader.tasks import task_of
from hosts.marks import Marks

FILE = "result.json"
NEEDS = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "OWNER")
FAULT_STATUS = 2  # the runner then publishes "error" by itself, and no score
UNIT = 100


def told(marks: Marks, environment: Mapping[str, str]) -> str:
    """The content of the file; "" where the marking did not end. environment: as its runner sets it."""
    if not marks.ended:
        return ""
    tests = [
        {
            "test-name": f"{task.task} {task.function}",
            "passed": task.got >= task.of,
            "score": round(task.got * UNIT),
            "max-score": round(task.of * UNIT),
            "output": "\n".join(
                f"{check.number} {check.said}"
                for check in marks.checks
                if task_of(check.number) == task.task and check.got < check.of
            ),
        }
        for task in marks.tasks
    ]
    body = {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment["OWNER"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),  # the runner puts the commit's there
        "score": round(marks.score * UNIT),
        "max-score": sum(round(task.of * UNIT) for task in marks.tasks),
        "tests": tests,
    }
    return json.dumps(body, indent=1, allow_nan=False)
