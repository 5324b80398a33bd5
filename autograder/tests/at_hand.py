"""Machines that mark at once, for the tests of what a class' marking does around its marks."""

import json
from concurrent.futures import Future


class AtHand:
    """Marks without a process: as many points as `sampler.py` says, or one where it says no number."""

    slots, gpu = 1, False

    def submit(self, job):
        done = Future()
        said = job.submission.files["sampler.py"]
        points = float(said) if said.isdigit() else 1.0
        extra = {"outcome": "passed", "cause": ""}
        test = {"number": "2.8.1", "score": points, "max_score": 100, "status": "passed", "extra_data": extra}
        results = {"score": points, "tests": [test], "output": f"{points:g} of 100 points.\nAt `a < b`, =no.\n"}
        done.set_result({"results.json": json.dumps(results).encode(), "report.html": b"for staff alone"})
        return done

    def look(self): ...
    def close(self): ...
