#!/usr/bin/env python3
"""What gradescope.zip runs: the results of a class that was marked elsewhere, for the submission that is asked for."""

import json
import os
import shutil
from pathlib import Path

LATER = "This submission was not among those that the course marked; its staff will mark it. This is no mark."
root = Path(os.environ.get("AUTOGRADER_ROOT", "/autograder"))
(root / "results").mkdir(exist_ok=True)
number = json.loads((root / "submission_metadata.json").read_text("utf-8"))["id"]
made, wanted = root / "source" / "results" / f"{int(number)}.json", root / "results" / "results.json"
if made.exists():
    shutil.copyfile(made, wanted)
else:
    wanted.write_text(json.dumps({"score": 0, "output": LATER, "stdout_visibility": "hidden"}), "utf-8")
