"""Results of a former version, and what is left of results in Gradescope's export: their sentences are read as keys."""

import json

import pytest
from test_grade_all import course  # noqa: F401

from course.batch import merging
from course.marks import read_back
from grader.marking.results import FAULT, UNFINISHED, uncounted
from grader.outcomes import Outcome
from made_class import results as written

FORMER = {  # as versions 1.0.0 to 1.3.0 wrote them: the outcome, the output, and the outcome that it has now
    "the tier": ("not run", "Not run: the GPU tier was not asked for.", "waits for a GPU"),
    "the device": ("not run", "Not run: no CUDA device.", "waits for a GPU"),
    "a missing file": ("not run", "score.py is not in the submission: hand it in at the top.", "not run"),
    "other points": (
        "not run",
        "Not run: elsewhere the GPU tier gave other points to this check, by another release or other settings.",
        "other points elsewhere",
    ),
    "unfinished": ("not run", "Not run: the marking ended before this check.", "not reached"),
    "a fault": (
        "fault of the grader",
        "This check could not be done: a fault of the grader, not yours. Tell the course staff.",
        "fault of the grader",
    ),
    "uncounted": ("passed", "Not counted, since the marking did not end. Known by then: Passed.", "passed"),
    "passed": ("passed", "Passed.", "passed"),
    "wrong": ("wrong", "At t = 5, no.", "wrong"),
}
BROKEN = {"unfinished", "a fault", "uncounted"}  # what only a marking that did not end has


def former(kind: str, **extra_data) -> dict:
    outcome, output, _ = FORMER[kind]
    passed = outcome == "passed" and kind != "uncounted"
    test = {"number": "1.6.8", "score": 5.0 * passed, "max_score": 5.0, "output": output}
    return {**test, "status": "passed" if passed else "failed", **extra_data}


def keyed(*tests: dict) -> dict:
    return read_back.keyed({"score": 5.0, "tests": list(tests)})


def outcomes(results: dict) -> list:
    return [test["extra_data"]["outcome"] for test in results["tests"]]


@pytest.mark.parametrize("kind", FORMER)
def test_a_check_of_a_former_version_has_the_key_of_its_sentence(kind):
    outcome, _, now = FORMER[kind]
    assert outcomes(keyed(former(kind, extra_data={"outcome": outcome, "cause": ""}))) == [now]


@pytest.mark.parametrize("kind", FORMER)
def test_a_check_of_an_export_that_lacks_its_extra_data_has_it_too(kind):
    """But for what only a key tells: how else it was lost."""
    now = FORMER[kind][2]
    assert outcomes(keyed(former(kind))) == ["failed" if now in ("wrong", "not run") or kind == "uncounted" else now]


@pytest.mark.parametrize("kind", FORMER)
def test_whether_a_former_marking_ended_is_known_by_its_checks(kind):
    assert merging.ended(keyed(former("passed"), former(kind))) == (kind not in BROKEN)
    assert not merging.ended(keyed())


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_former_marking_that_did_not_end_on_gradescope_is_no_mark(kind, course):  # noqa: F811
    course.hand_in("3", **{":results": {"tests": [former("passed"), former(kind)], "score": 5.0}})
    course.run("gpu")
    assert course.grades()["S1"][0] == "3.0"


def test_what_waited_in_a_former_version_is_completed(course):  # noqa: F811
    course.hand_in("gpu", **{":results": {"tests": [former("the tier")], "score": 1.0}})
    course.run("gpu")
    assert course.grades()["S1"][0] == "6.0"


def test_the_sentences_of_today_are_among_those_that_are_known():
    """One that is worded anew is added; a zip of today may lose its keys in an export, too."""
    known = {sentence: outcome.name for sentence, outcome in read_back.SENTENCES.items()}
    today = {UNFINISHED: "NOT_REACHED", FAULT: "FAULT", merging.OTHER_POINTS: "OTHER_POINTS"}
    assert known | today == known and uncounted("").startswith(read_back.UNCOUNTED)


def test_results_of_today_are_read_as_they_are(tmp_path):
    written(tmp_path, lost=["2.8.1"], cause="noise_sign")
    assert read_back.from_file(tmp_path / "results.json") == json.loads((tmp_path / "results.json").read_text())


def test_a_key_of_a_later_version_is_read_by_whether_the_check_passed():
    later = [former(kind, extra_data={"outcome": "sang", "cause": "x"}) for kind in ("passed", "wrong")]
    assert outcomes(keyed(*later)) == ["passed", "failed"]


@pytest.mark.parametrize("strange", [None, [], {"outcome": ["wrong"]}, {"outcome": None}, "text"])
def test_strange_extra_data_is_as_good_as_none(strange):
    [test] = keyed(former("the device", extra_data=strange), "no check")["tests"]
    assert test["extra_data"]["outcome"] == ("failed" if strange == {"outcome": ["wrong"]} else Outcome.WAITS)
