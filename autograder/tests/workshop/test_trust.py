"""`make trust`: each thing that does not hold is on the page, and is what the exit code says."""

from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from grader.marking.results import Line
from grader.outcomes import Outcome
from grader.overlay import Submission
from workshop.__main__ import app
from workshop.attacks.environments import NotHere
from workshop.trust import trust
from workshop.trust.corpus import Case
from workshop.trust.mutations import Mutant

CHECKS = ("1.1.1", "1.1.2", "1.5.6")  # the last one is of quality, and may be lost beside any other
BATCH = Mutant("1.1", 1, "x = a", "x = b")


@pytest.fixture
def known(monkeypatch):
    """Parts that hold: what each case loses, by corpus, may be changed before the run."""
    cases = {
        "wheat": {"right": ("", "none")},
        "chaff": {"formula": ("1.1.1 1.5.6", "none")},
        "hostile": {"attack": ("1.1.1", "none"), "other": ("1.1.1", "none")},
    }
    walls = {"attack": {"walls": ("seccomp",)}, "other": {"no_wall": "it is right."}}
    mutants = [(BATCH, ["1.1.2"]), (BATCH, ["the process died"])]
    up = {"root": [("attack", "")], "user": [("attack", "")], "user-without-landlock": [], "container": []}
    down = [("no attack with seccomp down", "", ""), ("attack", "1.1.1 does not see it", "")]
    lost = {"right": "", "formula": "1.1.1 1.5.6"}

    def load(kind):
        return [
            Case(kind, name, "", frozenset(loses.split()), Submission({}), cause, **walls.get(name, {}))
            for name, (loses, cause) in cases[kind].items()
        ]

    def mark(case):
        outputs = {number: "Wrong." if number in lost[case.name].split() else "" for number in CHECKS}
        return [
            Line(number, f"claim {number}", 1.0, [], "visible", passed=not said, output=said, outcome=Outcome.WRONG)
            for number, said in outputs.items()
        ]

    monkeypatch.setattr(trust.corpus, "cases", load)
    monkeypatch.setattr(trust.pool, "marked", lambda given: [(case, mark(case)) for case in given])
    monkeypatch.setattr(trust.hostile, "run", lambda environment: iter(up[environment]))
    monkeypatch.setattr(trust.hostile, "run_down", lambda _: iter(down))
    monkeypatch.setattr(trust.mutants, "marked", lambda: mutants)
    monkeypatch.setattr(trust.mutants, "made", lambda: [mutant for mutant, _ in mutants])
    monkeypatch.setattr(trust.mutants, "equivalents", dict)
    return {"cases": cases, "lost": lost, "mutants": mutants, "up": up, "down": down}


def page(tmp_path, only=""):
    """Whether all holds, what was printed, and the page."""
    out = StringIO()
    right = trust.run(Console(file=out, width=200), only, tmp_path)
    return right, out.getvalue(), (tmp_path / "trust.md").read_text()


def test_where_all_holds_the_page_says_so_and_what_was_not_run_is_not_counted_as_passed(known, tmp_path):
    right, printed, text = page(tmp_path)
    assert right and "All of it holds." in printed and "Nothing." in text
    assert "| right answers (wheat) | 1 | 1 with full marks |" in text
    assert "| attacks (hostile), root | 1 | 1 gain nothing and leave nothing behind |" in text
    assert "| attacks (hostile), container | 0 | not run: cannot be made here |" in text
    assert "| attacks, with their walls down | 1 | 1 reach what they go for, 0 miss it |" in text
    assert "| attacks without a wall to take down | 1 | counted apart" in text
    assert "| attack | seccomp |\n| other | none, it is right. |" in text
    assert "| mutants of the solution | 2 | 2 killed, 0 proved equivalent, 0 survived |" in text
    assert "| checks | 3 | 2 needed, 0 redundant, 1 of quality as asked for |" in text
    assert "| 1.1.1 | 1 | 0 | chaff formula | claim 1.1.1 |" in text
    assert "| formula | −2 | 1.1.1, 1.5.6 | none | silent |" in text


@pytest.mark.parametrize(
    "name, lost, fault",
    [
        ("right", "1.1.2", "wheat right: 1.1.2 Wrong."),
        ("formula", "1.5.6", "chaff formula: 1.1.1 does not see it"),
        ("formula", "1.1.1 1.1.2 1.5.6", "chaff formula: 1.1.2 Wrong."),
    ],
)
def test_a_mark_that_is_not_the_declared_one_is_a_fault(known, tmp_path, name, lost, fault):
    known["lost"][name] = lost
    right, printed, text = page(tmp_path)
    assert not right and f"WRONG {fault}" in printed and f"- {fault}" in text


def test_another_cause_than_the_declared_one_is_a_fault(known, tmp_path, monkeypatch):
    monkeypatch.setattr(trust.corpus, "verdict", lambda cause, outputs: "wrong")
    right, _, text = page(tmp_path, "chaff")
    assert not right and "- chaff formula: another cause is named than the declared one" in text


def test_an_attack_that_gains_or_leaves_something_is_a_fault(known, tmp_path):
    known["up"]["user"] = [("attack", ""), ("robber", "1.1.1 does not see it")]
    right, _, text = page(tmp_path, "hostile")
    assert not right and "- hostile robber, user: 1.1.1 does not see it" in text
    assert "| attacks (hostile), user | 2 | 1 gain nothing and leave nothing behind |" in text


@pytest.mark.parametrize(
    "found, held",
    [
        (("attack", "", "misses its target"), "| 1 | 0 reach what they go for, 1 miss it |"),
        (("no attack", "a process", "reaches something: a process"), "| 0 | 0 reach what they go for, 0 miss it |"),
    ],
)
def test_an_attack_that_misses_is_a_fault_and_so_is_what_reaches_something_without_one(known, tmp_path, found, held):
    known["down"][:] = [found]
    right, _, text = page(tmp_path, "hostile")
    assert not right and f"- hostile {found[0]}: {found[2]}" in text
    assert f"| attacks, with their walls down {held}" in text


def test_where_no_wall_can_be_taken_down_that_is_said_and_nothing_counts_as_reached(known, tmp_path, monkeypatch):
    def refuse(_):
        raise NotHere("only root can")

    monkeypatch.setattr(trust.hostile, "run_down", refuse)
    _, _, text = page(tmp_path, "hostile")
    assert "| attacks, with their walls down | 0 | not run: only root can |" in text


def test_a_mutant_that_survives_is_a_fault_and_so_is_a_proof_without_a_mutant(known, tmp_path, monkeypatch):
    monkeypatch.setattr(trust.mutants, "equivalents", lambda: {("1.1", "x = a", "x = c"): "a reason"})
    known["mutants"].append((Mutant("1.1", 1, "x = a", "x = d"), []))
    right, _, text = page(tmp_path, "mutants")
    assert not right and "- mutant of sampler.py, line 1: x = a  ->  x = d: survived" in text
    assert "- equivalent.json: has no mutant 1.1 | x = a | x = c" in text


def test_a_check_that_no_case_loses_alone_is_redundant_but_one_of_quality_may_be(known, tmp_path):
    known["mutants"][:] = [(BATCH, ["1.1.1", "1.1.2"])]
    right, _, text = page(tmp_path)
    assert not right and "- check 1.1.2: is redundant: no case loses it alone" in text
    assert "1.5.6: is redundant" not in text


@pytest.mark.parametrize("words", [["trust", "--only", "wheats"], ["hunt", "nowhere"]], ids=" ".join)
def test_a_part_or_a_submission_that_is_not_there_ends_the_command(words):
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_one_part_alone_says_nothing_about_the_others(known, tmp_path):
    right, _, text = page(tmp_path, "wheat")
    assert right and "chaff)" not in text and "redundant" not in text
