"""What Gradescope hands to a marking and what it takes back."""

import json

from grader.paths import AUTOGRADER

SCHEMA = json.loads((AUTOGRADER / "tests" / "results.schema.json").read_text())
SCRIPTS = [AUTOGRADER / name for name in ("setup.sh", "run_autograder", "run_host")]
METADATA = {
    "id": 123456,
    "created_at": "2026-10-05T14:22:32.365935-07:00",
    "assignment_id": 2345,
    "users": [{"email": "student@example.edu", "id": 1234, "name": "Ada Student"}],
    "submission_method": "upload",
    "assignment": {
        "due_date": "2026-10-10T23:59:00.000000-07:00",
        "late_due_date": None,
        "release_date": "2026-09-28T00:00:00.000000-07:00",
        "group_size": None,
        "group_submission": False,
        "id": 2345,
        "course_id": 67,
        "title": "From DDPM to DDIM",
        "total_points": "100.0",
    },
    "previous_submissions": [
        {
            "submission_time": "2026-10-04T09:12:01.000000-07:00",
            "score": 12.5,
            "autograder_error": False,
            "results": {"score": 12.5, "tests": [{"name": "a claim", "score": 12.5, "output": "secret"}]},
        }
    ],
}


def not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
