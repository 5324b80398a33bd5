"""From (tiny) checks to results.json: points, order, the file before and after each check, faults of the grader."""

import json
import os
import re
import signal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import claim, overlay
from grader.causes import hints
from grader.marking import mark as marking
from grader.marking.plugin import shares
from grader.marking.results import MAX_OUTPUT, Results
from grader.outcomes import GraderFault
from grader.paths import SOLUTION
from grader.student.budget import LIMITS, Limits
from grader.student.in_worker import Workers
from grader.student.session import Session
from grader.tasks import BY_ID

IMPORTS = """
import json
import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, tags, visibility, weight
from checks import cases
from checks.judge import close
from oracle import steps
from grader.outcomes import Wrong

def expect(condition, sentence="No."):
    if not condition:
        raise Wrong(sentence)

"""
SAMPLER = "def q_sample(x, a=0.0, e=0.0): return x * 2\n"
EACH = "@cases.each(x=cases.between(0.1, 1.0, float))"
PASS, FAIL = "expect(student('q_sample', 1.0).value == 2.0)", "expect(student('q_sample', 1.0).value == 3.0)"


def check(number: str, body: str, above: str = "", arguments: str = "student", claim: str = "It holds.") -> str:
    """The text of one check."""
    name = number.replace(".", "_")
    body = body.replace("\n", "\n    ")
    return f'@number("{number}")\n{above}\ndef test_{name}({arguments}):\n    """{claim}"""\n    {body}\n\n'


@pytest.fixture
def run(tmp_path, monkeypatch, zygote):
    """Marks a sampler.py by checks: gives results.json, and the fault of the grader if there was one."""
    monkeypatch.setattr(marking, "CHECKS", tmp_path / "checks")

    def mark(
        *files: str,
        sampler: str = SAMPLER,
        assignment: int = 1,
        submission: overlay.Submission | None = None,
        limits: Limits = LIMITS,
    ):
        folder = tmp_path / "checks" / f"assignment{assignment}"
        folder.mkdir(parents=True)
        for index, text in enumerate(files):  # module names are kept by Python, so each test needs its own
            (folder / f"test_{tmp_path.name}_{index}.py").write_text(IMPORTS + text)
        given, fault = submission or overlay.Submission({"sampler.py": sampler.encode(), "score.py": b""}), ""
        try:
            session = Session(zygote, given, "closed-form", limits=limits)
            marking.mark(session, assignment, tmp_path / "out")
        except GraderFault as error:
            fault = str(error)
        assert [p.name for p in (tmp_path / "out").iterdir()] == ["results.json"]
        text = (tmp_path / "out" / "results.json").read_text()
        return json.loads(text, parse_constant=pytest.fail), fault

    return mark


def outcome(results):
    return {test["number"]: test["extra_data"]["outcome"] for test in results["tests"]}


# Points, order, and the file on its way


def test_shares_of_a_task_sum_to_its_points_by_weight(run):
    thirds = "".join(check(f"1.1.{i}", PASS) for i in (1, 2, 3))
    results, fault = run(thirds + check("1.2.1", PASS, "@weight(4)") + check("1.2.2", FAIL, "@weight(1)"))
    assert [test["max_score"] for test in results["tests"]] == [3.34, 3.33, 3.33, 8.0, 2.0]
    assert [test["status"] for test in results["tests"]] == ["passed"] * 4 + ["failed"] and not fault
    assert results["score"] == 18.0 and results["output"].startswith("18 of 20 points.")
    assert sum(test["score"] for test in results["tests"]) == pytest.approx(18, abs=1e-9)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any))
def test_shares_sum_exactly_and_each_is_within_a_hundredth(hundredths, weights):
    found = shares(hundredths / 100, list(map(Fraction, weights)))
    assert sum(round(100 * share) for share in found) == hundredths
    for share, weight in zip(found, weights):
        assert abs(100 * share - hundredths * weight / sum(weights)) < 1 + 1e-9 and (weight or not share)


def test_a_check_with_subtests_is_refused_since_one_that_fails_would_not_fail_it(run):
    body = "with subtests.test(): assert False"
    results, fault = run(check("1.1.1", body, arguments="subtests") + check("1.1.2", PASS))
    assert "uses subtests" in fault and results["score"] == 0


def test_the_bonus_comes_beside_the_points(run):
    results, _ = run(check("2.11.1", PASS) + check("2.12.1", PASS), assignment=2)
    assert results["output"].startswith("22 of 17 points (5 of them bonus).") and results["score"] == 22
    assert [test["tags"] for test in results["tests"]] == [["task 2.11"], ["task 2.12", "bonus"]]


def test_checks_run_and_stand_in_the_order_of_their_numbers(run):
    numbers = ["2.10.1", "2.9.2", "2.1.1", "2.9.10", "2.9.1"]
    results, _ = run(*(check(number, PASS) for number in numbers), assignment=2)
    assert [test["number"] for test in results["tests"]] == ["2.1.1", "2.9.1", "2.9.2", "2.9.10", "2.10.1"]


def test_how_long_each_check_took_is_said_of_the_marking_and_of_no_check_that_did_not_run(run):
    """Beside the checks, so that two markings agree in all that they say of these."""
    results, _ = run(check("1.1.1", PASS) + check("1.1.2", FAIL) + check("1.1.3", PASS, "@pytest.mark.gpu"))
    seconds = results["extra_data"]["seconds"]
    assert [*seconds["each"]] == ["1.1.1", "1.1.2"] and 0 < sum(seconds["each"].values()) <= seconds["checks"] + 0.002
    assert {key for test in results["tests"] for key in test["extra_data"]} == {"outcome", "cause"}


def test_every_check_is_in_the_file_with_zero_before_the_first_one_runs(run, tmp_path):
    read = f"tests = json.load(open({str(tmp_path / 'out' / 'results.json')!r}))['tests']\n"
    first = "expect([(t['number'], t['score'], t['max_score']) for t in tests] == [('1.1.1', 0, 5), ('1.1.2', 0, 5)])\n"
    first += "expect({t['extra_data']['outcome'] for t in tests} == {'not reached'})"
    then = "expect([(t['extra_data']['outcome'], t['score']) for t in tests] == [('passed', 0), ('not reached', 0)])\n"
    then += "expect(tests[0]['output'].endswith('marking did not end. Known by then: Passed.'))"
    results, _ = run(check("1.1.1", read + first) + check("1.1.2", read + then))
    assert outcome(results) == {"1.1.1": "passed", "1.1.2": "passed"}


def test_claim_visibility_and_sentence_reach_the_file(run):
    hidden = check("1.1.1", "expect(False, 'σ_t is off.')", "@visibility('hidden')", claim="A claim\n    in two lines.")
    results, _ = run(hidden)
    test = results["tests"][0]
    assert (test["name"], test["visibility"], test["output"]) == ("A claim in two lines.", "hidden", "σ_t is off.")


def test_a_long_output_is_cut_below_gradescopes_limit(run):
    results, _ = run(check("1.1.1", "raise Wrong('x' * 300_000)"))
    assert len(results["tests"][0]["output"]) == MAX_OUTPUT < 100_000


def test_a_sentence_that_is_no_text_does_not_stop_the_marking(run):
    results, fault = run(check("1.1.1", r"raise Wrong('a\ud800b')") + check("1.1.2", PASS))
    assert outcome(results) == {"1.1.1": "wrong", "1.1.2": "passed"} and not fault


def test_a_message_that_is_no_text_is_written_all_the_same(tmp_path):
    Results(tmp_path / "results.json", message="two folders: a\udcff, b").write()  # a name on disk that is not UTF-8


def test_nan_is_never_written_and_the_last_whole_file_stays(tmp_path):
    results = Results(tmp_path / "results.json", message="whole")
    results.write()
    results.extra = {"seconds": float("nan")}
    with pytest.raises(ValueError):
        results.write()
    assert json.loads((tmp_path / "results.json").read_text())["output"] == "whole"


# Faults of the grader


FAULTS = {
    "an exception": check("1.1.2", "1 / 0"),
    "a wrong assertion": check("1.1.2", "assert student('q_sample', 1.0).value == 3.0"),
    "an exception at one of many inputs": check("1.1.2", "yield 1 / (x - 1)", EACH, "x"),
    "a value that the wire does not carry": check("1.1.2", "student('q_sample', object())"),
    "pytest.fail": check("1.1.2", "pytest.fail('x')"),
    "a fixture that is missing": check("1.1.2", "pass", arguments="student, no_such_fixture"),
    "an import that fails": "raise ImportError('x')",
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_grader_is_raised_and_told_and_costs_no_other_check(run, name):
    results, fault = run(check("1.1.1", PASS), FAULTS[name], check("1.2.1", PASS) + check("1.2.2", FAIL))
    found = outcome(results)
    assert fault and results["output"] == claim.FAULT and results["extra_data"]["ended"] is False
    assert {results["score"], *(test["score"] for test in results["tests"])} == {0}
    assert found.pop("1.1.2", "fault of the grader") == "fault of the grader"
    assert found == {"1.1.1": "passed", "1.2.1": "passed", "1.2.2": "wrong"}


def test_no_check_at_all_is_a_fault(run):
    results, fault = run("")
    assert "no check was collected" in fault and results["output"] == claim.FAULT


@pytest.mark.parametrize("number", ["9.9.1", "one"])
def test_a_number_that_is_no_task_is_a_fault(run, number):
    results, fault = run(check("1.1.1", PASS), check(number, PASS).replace("test_one", "test_1"))
    assert fault and results["output"] == claim.FAULT


# What a student's code can bring about


COUNTING = "calls = []\ndef q_sample(x):\n    calls.append(x)\n    return {}\n"


@pytest.mark.parametrize(
    "answer, found, sentence",
    [
        ("float(len(calls) != 3)", "wrong", "^No.$"),
        ("float(x < 0.5)", "wrong", "^No.$"),
        ("1.0 if x < 0.5 else 1 / 0", "raised", "ZeroDivisionError"),
        ("1.0 if x < 0.5 else __import__('os')._exit(4)", "died", "exit code 4"),
        ("1.0 if x < 0.2 else 0.0 if x < 0.6 else 1 / 0", "wrong|raised", "No.|ZeroDivision"),
        ("1.0", "passed", "^Passed.$"),
    ],
    ids=["by number of calls", "wrong", "raised", "died", "in two ways", "right"],
)
def test_many_inputs_have_one_outcome(run, answer, found, sentence):
    body = "returned = yield 'q_sample', x\nexpect(returned.value == 1.0)"
    results, fault = run(check("1.1.1", body, EACH, "x"), sampler=COUNTING.format(answer))
    assert not fault and outcome(results)["1.1.1"] in found.split("|")
    assert re.search(sentence, results["tests"][0]["output"])


def one_step(name: str, *more: str) -> str:
    """The body of a check of one step."""
    given = ", ".join(["x", "x", "np.float64(0.3)", "np.float64(0.6)", *more, "x"])
    return f"x = np.ones(3)\nclose(student('{name}', {given}).value, steps.{name}({given}), 'x_prev')"


def test_a_wrong_helper_is_stood_in_for_and_named(run):
    sampler = (SOLUTION / "sampler.py").read_text() + "\ndef ddim_sigma(a, b, eta): return 2 * eta * a\n"
    submission = overlay.Submission({"sampler.py": sampler.encode(), "score.py": (SOLUTION / "score.py").read_bytes()})
    results, _ = run(check("2.9.1", one_step("ddim_step", "0.5")), assignment=2, submission=submission)
    assert outcome(results) == {"2.9.1": "passed with a stand-in"} and results["score"] == 12
    assert "with a right ddim_sigma standing in for yours" in results["tests"][0]["output"]


def test_where_a_right_helper_does_not_help_both_reasons_are_said(run):
    """The wrong helper is not all that is wrong; and a helper that was never asked is not named."""
    sampler = (SOLUTION / "sampler.py").read_text() + "\ndef ddim_sigma(a, b, eta): return 2 * eta * a\n"
    sampler += "def predict_x_0(x, a, e): return x\n"
    sampler += "def ddim_step(x, e, a, b, eta, z): return (ddim_sigma(a, b, eta) * z)[:1]\n"
    submission = overlay.Submission({"sampler.py": sampler.encode(), "score.py": (SOLUTION / "score.py").read_bytes()})
    body = "x = np.ones(3)\ngot = student('ddim_step', x, x, np.float64(0.3), np.float64(0.6), 0.5, x).value\n"
    body += "expect(got[0] < 0.28, 'It is too large.')\nexpect(got.shape == (3,), 'It is too short.')"
    results, _ = run(check("2.9.1", body), assignment=2, submission=submission)
    said = results["tests"][0]["output"]
    assert said.startswith("It is too large. With a right ddim_sigma in the place of yours: It is too short."), said


def test_a_helper_that_costs_nothing_here_is_not_stood_in_for(run):
    """In Assignment 1 the tasks of Assignment 2 are not marked, so a stand-in for one would be a present."""
    sampler = "def ddpm_step(x_t, eps, a, b, z): return ddim_step(x_t, eps, a, b, 1.0, z)\ndef ddim_step(*a): pass\n"
    results, fault = run(check("1.5.1", one_step("ddpm_step")), sampler=sampler)
    assert results["score"] == 0 and not fault


@pytest.mark.parametrize("seconds, body", [(-1.0, PASS), (0.3, "student('q_sample', 1.0)")], ids=["before", "within"])
def test_what_the_time_of_a_marking_does_not_reach_is_not_run(run, seconds, body):
    loop = "def q_sample(x):\n    while True: pass\n"
    results, fault = run(check("1.1.1", body) + check("1.1.2", PASS), sampler=loop, limits=Limits(run=seconds))
    assert set(outcome(results).values()) == {"not run"} and not fault
    assert {test["output"] for test in results["tests"]} == {
        f"Not finished: the whole marking has {seconds:.0f} s, and they were used up."
    }
    assert results["extra_data"]["calls"] == 0 or seconds > 0


def test_a_missing_file_says_so_in_its_checks_and_above_them(run):
    missing = overlay.Submission({"sampler.py": SAMPLER.encode()}, {"score.py": "score.py is not in the submission."})
    checks = check("2.1.1", "student('score_from_eps', 1.0, 0.5)") + check("2.7.1", PASS)
    results, fault = run(checks, assignment=2, submission=missing)
    assert outcome(results) == {"2.1.1": "not run", "2.7.1": "passed"} and not fault
    assert results["tests"][0]["output"] in results["output"]


def test_a_submission_that_cannot_be_opened_gets_a_zero_that_says_why(run, tmp_path, zygote):
    run(check("1.1.1", PASS))
    results = marking.mark(Session(zygote, overlay.opened(tmp_path / "nowhere")), 1, tmp_path / "out")
    assert results.score == 0 and "Not marked: there is no submission at" in results.lines[0].output


def test_pytests_own_settings_in_the_environment_change_nothing(run, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    results, _ = run(check("1.1.1", PASS))
    assert outcome(results) == {"1.1.1": "passed"} and os.environ["PYTEST_ADDOPTS"] == "--collect-only"


def test_a_marking_without_root_says_so(run, zygote, monkeypatch):
    walls = {"resource limits": True, "a user id of its own": False}
    monkeypatch.setattr(zygote, "walls", walls)
    results, _ = run(check("1.1.1", PASS))
    assert "ran without: a user id of its own" in results["output"] and results["extra_data"]["walls"] == walls


# The likely cause


ONE_BY_ONE = "def q_sample(x, a, e):\n    a = a.reshape(*a.shape, *[1] * (x.ndim - a.ndim))\n    "
FORGED = hints.sentence("noise_sign", "at t = 5", "1.1")


@pytest.mark.parametrize(
    "body, found, cause",
    [(f"return 1 / 0  # {FORGED}", "raised", ""), ("return a**0.5 * x - (1 - a) ** 0.5 * e", "wrong", "noise_sign")],
    ids=["a comment that forges one", "one that is so"],
)
def test_a_cause_is_a_field_that_no_comment_forges(run, body, found, cause):
    asked = (
        "x = np.ones(3)\nclose(student('q_sample', x, np.float64(0.25), x).value, steps.q_sample(x, 0.25, x), 'x_t')"
    )
    results, fault = run(check("1.1.1", asked), sampler=ONE_BY_ONE + body)
    [test] = results["tests"]
    assert test["extra_data"] == {"outcome": found, "cause": cause} and FORGED[:30] in test["output"] and not fault


# A worker that another than the student's code ends


@pytest.mark.parametrize("times, ends", [(1, "passed"), (2, "died")])
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_a_check_whose_worker_was_killed_or_stopped_is_made_once_more(run, monkeypatch, times, ends, by):
    start, killed = Workers.start, []

    def start_and_kill(workers, process):
        process = start(workers, process)
        if len(killed) < times:
            killed.append(os.kill(process.pid, by))
        return process

    monkeypatch.setattr(Workers, "start", start_and_kill)
    results, fault = run(check("1.1.1", PASS) + check("1.1.2", PASS))
    assert outcome(results) == {"1.1.1": ends, "1.1.2": "passed"} and fault == ""


def test_a_helper_whose_worker_was_killed_is_asked_once_more(zygote, monkeypatch):
    start, killed = Workers.start, []

    def start_and_kill(workers, process):
        process = start(workers, process)
        if not killed:
            killed.append(os.kill(process.pid, signal.SIGKILL))
        return process

    monkeypatch.setattr(Workers, "start", start_and_kill)
    assert Session(zygote, overlay.load(SOLUTION)).is_right("q_sample", []) and killed


def test_only_the_named_tasks_are_marked_and_the_results_say_so(run, tmp_path, zygote, monkeypatch):
    """With their full points, though the checks of other tasks are not there."""
    results, fault = run(check("1.1.1", "pass", "@weight(2)") + check("1.1.2", "pass") + check("1.2.1", "assert 0"))
    assert fault and len(results["tests"]) == 3
    given = overlay.Submission({"sampler.py": SAMPLER.encode(), "score.py": b""})
    marked = marking.mark(Session(zygote, given, "closed-form"), 1, tmp_path / "out", tasks={"1.1"})
    assert [(line.number, line.passed) for line in marked.lines] == [("1.1.1", True), ("1.1.2", True)]
    assert marked.score == marked.max_score == BY_ID["1.1"].points
    assert marked.message.startswith("Marked, for a look, only: 1.1. ") and marked.extra["tasks"] == ["1.1"]
