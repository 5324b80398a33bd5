"""PrairieLearn's external grader: /grade/results/results.json, with a score from 0 to 1 and the pictures of a run.

Sources, PrairieLearn/PrairieLearn, master of 2026-08-21 (88fb855): docs/externalGrading.md, apps/prairielearn/src/lib/
externalGrader.ts (a score beyond 1 is no score) and externalGraderLocal.ts (1 MB at most), apps/prairielearn/elements/
pl-external-grader-results (what it shows of which key; where one test lacks points, none are shown).
"""

import json
from collections.abc import Mapping
from typing import Any

from grader.outcomes import LABELS
from hosts.marks import Marks

FILE = "results.json"
NEEDS: tuple[str, ...] = ()
FAULT_STATUS = 0  # with another one PrairieLearn reads no results, and the student no reason
MAX_BYTES = 1_000_000


def told(marks: Marks, environment: Mapping[str, str]) -> str:
    """The content of the file. A marking that did not end is not gradable: it costs no attempt and gives no mark."""
    if not marks.ended:
        return json.dumps({"gradable": False, "format_errors": [marks.said], "message": marks.said})
    tests = [
        {
            "name": f"{check.number} {LABELS[check.outcome.label]}",
            "description": check.claim,
            "points": round(check.got, 4),
            "max_points": round(check.of, 4),
            "message": check.said,
        }
        for check in marks.checks
    ]
    images = [{"label": each.caption, "url": each.url} for each in marks.pictures]
    body: dict[str, Any] = {"gradable": True, "score": min(1.0, marks.score / marks.of if marks.of else 0.0)}
    body |= {"message": marks.said, "tests": tests, "images": images}
    while len(text := json.dumps(body, allow_nan=False)) > MAX_BYTES and (body["images"] or body["tests"]):
        body["images" if body["images"] else "tests"].pop()
    return text
