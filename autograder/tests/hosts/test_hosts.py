"""Each host's adapter: the same points everywhere, in the form that the host's own code takes, and nothing hidden."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
import typer

from grader import overlay
from grader.marking import command
from grader.marking.mark import mark
from grader.marking.results import Line, Results
from grader.outcomes import Outcome
from grader.paths import AUTOGRADER, SOLUTION
from grader.student.session import Session, Student
from grader.tasks import BY_FUNCTION, TASKS
from grader.transcript.evidence import Cell, Evidence
from hosts import __main__ as hosts
from hosts import marks, pictures
from hosts.__main__ import HOSTS
from workshop.trust import corpus

RUNNER = {"CLASSROOM": "c", "ASSIGNMENT": "a2", "OWNER": "ada", "SUBMISSION_TAG": "submit/2026-11-20T01-02-03Z-abc"}
RUNNER |= {"COMMIT_URL": "https://x/commit/1", "RELEASE_URL": "https://x/releases/1"}
SECRET = "CANARY"
SAID = 'At line 3: `x < "1" & ]]> \u202e`, no.\nscores: {"scores": {"ddim_step": 99}}'


def results(lost=("2.8.2", "2.11.1"), to_wait=("2.11.2",), visibility="visible") -> Results:
    """Two checks for each task of Assignment 2; what no student may read is a canary."""
    lines = []
    for task in (task for task in TASKS if task.assignment == 2):
        for n in (1, 2):
            line = Line(f"{task.task}.{n}", f"{task.title}, part {n}.", task.points / 2, [], visibility, task.bonus)
            line.passed, line.outcome, line.output = True, Outcome.PASSED, "Passed."
            if line.number in lost:
                line.passed, line.outcome, line.output, line.cause = False, Outcome.WRONG, SAID, SECRET
            if line.number in to_wait:
                line.passed, line.outcome, line.output, line.points = False, Outcome.WAITS, "Not run: no GPU.", 0.0
            line.evidence = Evidence([SECRET], cells={(SECRET, SECRET): Cell(1, 0.123456, False)}, faults=[SECRET])
            lines.append(line)
    extra = {"release": SECRET, "walls": {SECRET: False}}
    made = Results(AUTOGRADER / SECRET, "81.5 of 100 points.", True, lines, extra, summary=SECRET, report=SECRET)
    made.leaderboard = [{"name": SECRET, "value": 1}]
    return made


def told(host: str, given: marks.Marks) -> str:
    return HOSTS[host].told(given, RUNNER)


GOOD = marks.of_results(results(), 2)


def points_on(host: str, given: marks.Marks) -> float:
    """The points that a host reads."""
    text = told(host, given)
    if host == "prairielearn":
        return round(json.loads(text)["score"] * given.of, 4)
    if host == "classroom50":
        return json.loads(text)["score"] / 100
    if host == "autolab":
        return round(sum(as_autolab_reads(text).values()), 2)
    lost = {case.attrib["name"].split()[0] for case in ElementTree.fromstring(text).iter("testcase") if len(case)}
    weights = {line.number: line.points for line in results().lines}  # which a teacher sets there
    return sum(points for number, points in weights.items() if number not in lost)


def as_autolab_reads(text: str) -> dict[str, float]:
    """The scores, by the last line and the substitution of Autolab's parseAutoresult."""
    return json.loads(re.sub(r"([a-zA-Z0-9]+):", r'"\1":', text.rstrip().splitlines()[-1]))["scores"]


# The same points


@pytest.mark.parametrize("host", HOSTS)
def test_the_points_are_the_same_on_every_host(host):
    assert points_on(host, GOOD) == results().score == 105 - 9 - 17


def test_a_bonus_is_never_more_than_a_host_takes():
    full = marks.of_results(results(lost=(), to_wait=()), 2)
    assert full.score == 105 and json.loads(told("prairielearn", full))["score"] == 1.0
    whole = json.loads(told("classroom50", full))
    assert whole["score"] == whole["max-score"] == 10500
    assert sum(as_autolab_reads(told("autolab", full)).values()) == 105


# The form that each host takes


TEST = {
    "type": "object",
    "required": ["test-name", "passed", "score", "max-score"],
    "properties": {
        "test-name": {"type": "string", "minLength": 1},
        "passed": {"type": "boolean"},
        "score": {"type": "integer", "minimum": 0},
        "max-score": {"type": "integer", "minimum": 0},
    },
}
TEXTS = "classroom assignment owner commit release review".split()
RESULT_V1 = {  # what schemas/result-v1.schema.json and the runner's validate_result ask for
    "type": "object",
    "additionalProperties": False,
    "required": [*TEXTS, *"schema assignment_type submission datetime score max-score tests".split()],
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in TEXTS},
        "schema": {"const": "classroom50/result/v1"},
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": {"type": "integer", "minimum": 0},
        "max-score": {"type": "integer", "minimum": 0},
        "tests": {"type": "array", "items": TEST},
    },
}


def test_classroom_50_takes_the_result():
    body = json.loads(told("classroom50", GOOD))
    jsonschema.validate(body, RESULT_V1)
    for each in (body, *body["tests"]):  # the schema lets 79.0 pass, the runner does not
        assert type(each["score"]) is type(each["max-score"]) is int and each["score"] <= each["max-score"]
    assert {each["test-name"]: each["score"] for each in body["tests"]}["2.8 ddim_coefficients"] == 900
    assert (body["review"], body["assignment_type"]) == (RUNNER["COMMIT_URL"], "individual")


def test_prairielearn_takes_the_results():
    body = json.loads(told("prairielearn", GOOD))
    assert body["gradable"] is True and 0 <= body["score"] <= 1 and body["message"] == "81.5 of 100 points."
    for test in body["tests"]:  # where one lacks points, PrairieLearn shows none
        assert {"name", "points", "max_points"} <= test.keys() and 0 <= test["points"] <= test["max_points"]
    assert sum(test["points"] for test in body["tests"]) == results().score


def test_prairielearn_never_gets_more_than_it_takes():
    large = [marks.Picture(str(n), "x" * 300_000) for n in range(9)]
    checks = [marks.Check("2.8.1", "x", 0, 1, Outcome.WRONG, "x" * marks.LONGEST)] * 200
    text = told("prairielearn", marks.Marks("", True, 2, 50, 100, checks=checks, pictures=large))
    assert len(text.encode()) <= 1_000_000 and json.loads(text)["score"] == 0.5


def test_junit_xml_is_what_all_its_readers_take():
    """CodeGrade takes a suite of test cases alone, each with a time; Artemis and GitLab know a test by its name."""
    (suite,) = ElementTree.fromstring(told("junit", GOOD))
    counts = {kind: sum(case.find(tag) is not None for case in suite) for kind, tag in KINDS.items()}
    assert {kind: int(suite.attrib[kind]) for kind in KINDS} == counts == {"failures": 2, "errors": 0, "skipped": 1}
    assert suite.tag == "testsuite" and int(suite.attrib["tests"]) == len(suite) == len(results().lines)
    assert all(case.tag == "testcase" and float(case.attrib["time"]) == 0 for case in suite)
    assert len({case.attrib["name"] for case in suite}) == len(suite)
    assert {(each.text, each.attrib["message"]) for each in suite.iter("failure")} == {(SAID, SAID)}


KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def test_autolab_reads_the_last_line_whatever_a_submission_makes_the_feedback_say():
    text = told("autolab", GOOD)
    scores = as_autolab_reads(text)
    assert scores.keys() == {task.function for task in TASKS if task.assignment == 2}
    assert scores["ddim_step"] == BY_FUNCTION["ddim_step"].points and SAID in text
    assert not re.search(r"[a-zA-Z0-9]:", text.rstrip().splitlines()[-1])


# No silent zero


def test_a_marking_that_did_not_end_is_no_mark_anywhere():
    body = json.loads(told("prairielearn", marks.FAULT))
    assert body["gradable"] is False and "score" not in body and "fault of the grader" in body["format_errors"][0]
    assert told("classroom50", marks.FAULT) == ""
    assert "scores" not in told("autolab", marks.FAULT)
    (suite,) = ElementTree.fromstring(told("junit", marks.FAULT))
    assert suite.attrib["errors"] == suite.attrib["tests"] == "1" and suite.find("testcase/error") is not None


@pytest.fixture
def entry(tmp_path, monkeypatch, capsys):
    """Runs the entry with a stand-in for the marking; exit code, what was printed, the host's file."""

    def run(host, marking, environment=RUNNER, **more):
        for name in RUNNER:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(command, "grade", marking)
        monkeypatch.setattr(pictures, "of_own_run", lambda *_: [marks.Picture("mine", "data:,")])
        with pytest.raises(typer.Exit) as ended:
            hosts.main(host, SOLUTION, **{"out": tmp_path, "assignment": 2} | more)
        name = HOSTS[host].FILE if host in HOSTS else ""
        kept = (tmp_path / name).read_text() if name and (tmp_path / name).exists() else ""
        said = capsys.readouterr()
        return ended.value.exit_code, said.out, kept, said.err

    return run


def marked(submission, out, show, assignment):
    print(SECRET)
    show(results(), assignment)


def failed(submission, out, show, assignment):
    print(SECRET)
    raise typer.Exit(2)


@pytest.mark.parametrize("host", HOSTS)
def test_the_entry_leaves_what_the_host_reads_and_what_the_grader_says_in_a_file(host, entry, tmp_path):
    code, said, kept, _ = entry(host, marked)
    assert code == 0 and SECRET not in said + kept
    assert [path.name for path in tmp_path.iterdir()] == [HOSTS[host].FILE] * bool(HOSTS[host].FILE)
    pictured = marks.Picture("mine", "data:,") if host == "prairielearn" else None
    wanted = told(host, marks.Marks(**vars(GOOD) | {"pictures": [pictured] if pictured else []}))
    assert re.sub(r"\d\d:\d\d:\d\dZ", "", said or kept) == re.sub(r"\d\d:\d\d:\d\dZ", "", wanted)


def ended(submission, out, show, assignment):
    print(SECRET)
    sys.exit(2)


@pytest.mark.parametrize("marking", [failed, ended])
@pytest.mark.parametrize("host", HOSTS)
def test_the_entry_of_a_marking_that_failed_leaves_no_mark(host, marking, entry, tmp_path):
    (tmp_path / "result.json").write_text('{"score": 100}')  # of an earlier one
    code, said, kept, error = entry(host, marking)
    assert code == HOSTS[host].FAULT_STATUS and SECRET not in said + kept + error
    assert (said or kept) == told(host, marks.FAULT)
    log = Path(error.rpartition(" ")[2].strip().removesuffix("."))
    assert log.read_text() == f"{SECRET}\n" and log.stat().st_mode & 0o777 == 0o600 and log.parent != tmp_path
    log.unlink()


@pytest.mark.parametrize(
    "host, environment, more, says",
    [
        ("nowhere", RUNNER, {}, "There is no host nowhere; give one of autolab, classroom50, junit, prairielearn,"),
        ("classroom50", {}, {}, "lacks what classroom50 sets there: CLASSROOM, ASSIGNMENT, SUBMISSION_TAG,"),
        ("classroom50", RUNNER | {"OWNER": ""}, {}, "lacks what classroom50 sets there: OWNER."),
        ("junit", RUNNER, {"assignment": None}, "there are two assignments here; end with 1 or 2"),
    ],
)
def test_what_an_entry_lacks_is_one_sentence(host, environment, more, says, entry):
    code, said, kept, _ = entry(host, marked, environment, **more)
    assert code == 2 and says in said and len(said.splitlines()) == 1 and not kept


def test_an_out_that_cannot_be_written_is_one_sentence(entry, tmp_path):
    (tmp_path / "file").touch()
    code, said, _, _ = entry("junit", marked, out=tmp_path / "file" / "out")
    assert code == 2 and "out cannot be written: Not a directory" in said and len(said.splitlines()) == 1


def test_an_out_that_is_gone_at_the_end_is_one_sentence(entry, tmp_path):
    def fills(submission, out, show, assignment):
        (tmp_path / "out" / "junit.xml").unlink()
        (tmp_path / "out" / "junit.xml").mkdir()
        show(results(), assignment)

    code, said, _, _ = entry("junit", fills, out=tmp_path / "out")
    assert code == 2 and said.startswith("The marks were not handed over: ") and len(said.splitlines()) == 1


def test_the_script_passes_on_what_the_runner_sets_and_nothing_else(tmp_path):
    """The virtual environment is a stand-in, which prints what reaches it."""
    fake = tmp_path / "venv" / "bin" / "python"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/bash\nprintf "%s\\n" "$@"; env\n')
    fake.chmod(0o755)
    environment = {**os.environ, **RUNNER, "GRADER_VENV": str(tmp_path / "venv"), "SECRET_TOKEN": "x"}
    typed = [str(AUTOGRADER / "run_host"), "junit", "a b", "out", "2"]
    said = subprocess.run(typed, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()
    assert lines[:5] == ["-s", "-B", "-m", "hosts", "junit"]
    assert lines[5:10] == [f"{tmp_path}/a b", "--out", f"{tmp_path}/out", "--assignment", "2"]
    assert "SECRET_TOKEN" not in said and all(f"{name}={value}" in lines for name, value in RUNNER.items())
    assert subprocess.run(typed[:2], capture_output=True, text=True).returncode == 2
    fake.unlink()
    done = subprocess.run(typed, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == "" and not (tmp_path / "out").exists()
    assert done.stderr == f"run_host: there is no environment at {tmp_path}/venv; run setup.sh first\n"


# Nothing hidden leaves


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_for_staff_leaves_by_no_host(host):
    assert SECRET not in told(host, GOOD) and "0.123456" not in told(host, GOOD)


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
@pytest.mark.parametrize("host", HOSTS)
def test_a_check_that_students_do_not_see_yet_is_not_told(host, visibility):
    later = told(host, marks.of_results(results(visibility=visibility), 2))
    assert "At line 3" not in later and "part 1" not in later


SPEAK = "quote_the_inputs describe_the_inputs forged_reports forged_markers messages_that_do_harm".split()


@pytest.mark.parametrize("name", SPEAK)
def test_what_a_hostile_submission_makes_of_hidden_inputs_leaves_by_no_host(name, zygote, tmp_path, monkeypatch):
    """Of those of the corpus that speak: no number that their function was given is in any host's file."""
    given, plain = [], Student._made

    def made(student, requests):
        given.extend(value for each in requests for value in each.args if isinstance(value, np.ndarray))
        return plain(student, requests)

    monkeypatch.setattr(Student, "_made", made)
    case = corpus.load(AUTOGRADER / "corpus" / "hostile" / f"{name}.py")
    done = mark(Session(zygote, case.submission, "closed-form"), 1, tmp_path, tasks={"1.1"}, page=lambda *_: "")
    leaves = marks.of_results(done, 1)
    said = "".join(told(host, leaves) for host in HOSTS)
    assert any(check.outcome not in (Outcome.PASSED, Outcome.STOOD_IN) for check in leaves.checks) and len(given) > 20
    numbers = {abs(float(x)) for value in given for x in np.ravel(value)[:50] if 1e-3 < abs(float(x)) < 1e3}
    spelt = {form for x in numbers for form in (f"{x:.5g}", str(int(1e6 * x))) if len(re.sub(r"\D|^0+", "", form)) > 4}
    assert len(spelt) > 100 and not [form for form in spelt if form in said]


@pytest.mark.parametrize("assignment", [1, 2])
def test_the_picture_is_of_a_run_of_the_submissions_own_and_of_nothing_else(assignment, monkeypatch, zygote):
    monkeypatch.setattr(pictures, "Zygote", lambda: Kept(zygote))
    (picture,) = pictures.of_own_run(SOLUTION, assignment, hosts.load())
    svg = base64.b64decode(picture.url.partition(",")[2]).decode()
    places = [float(y) for y in re.findall(r'cy="([\d.]+)"', svg)]
    assert len(places) == (100, 20)[assignment - 1] and "script" not in svg
    assert places[0] == min(places) and places[-1] == max(places)  # σ_t falls to 0 at the last step
    ElementTree.fromstring(svg)


def test_there_is_no_picture_where_nothing_is_written_yet(monkeypatch, zygote):
    monkeypatch.setattr(pictures, "Zygote", lambda: Kept(zygote))
    assert pictures.of_own_run(overlay.STARTER, 2, hosts.load()) == []


class Kept:
    """A zygote that others use, too."""

    def __init__(self, zygote):
        self.zygote = zygote

    def __enter__(self):
        return self.zygote

    def __exit__(self, *_): ...


def test_the_entry_marks_for_real(tmp_path):
    """The command as it is typed, on a folder without the two files: they are named, and no check is passed."""
    (tmp_path / "in").mkdir()
    command = [sys.executable, "-m", "hosts", "autolab", "in", "--out", "out", "-a", "1"]
    environment = {**os.environ, "PYTHONPATH": str(AUTOGRADER)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "" and "sampler.py is not in the submission" in done.stdout
    assert set(as_autolab_reads(done.stdout).values()) == {0} and not list((tmp_path / "out").iterdir())
