"""The same submission gets the same results, whatever the machine was doing."""

import json

import pytest

from grader.marking import mark
from grader.paths import SOLUTION
from grader.zygote import Zygote


@pytest.mark.parametrize("assignment", [1, 2])
def test_two_markings_agree_but_for_time(assignment, tmp_path, monkeypatch):
    """With one torch thread and with two, every line of results.json is the same."""
    lines = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        with Zygote() as zygote:
            mark(SOLUTION, assignment, tmp_path / threads, zygote)
        results = json.loads((tmp_path / threads / "results.json").read_text())
        lines.append({key: results[key] for key in ("score", "output", "tests", "leaderboard", "visibility")})
    assert lines[0] == lines[1]
