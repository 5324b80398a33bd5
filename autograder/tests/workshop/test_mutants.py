"""Mutation testing: which lines are mutated, what is told apart, and that what is known to be right still applies."""

import pytest

from grader.paths import GRADED_FILES, SOLUTION
from grader.student.budget import Limits
from workshop.regions import MARKER
from workshop.trust import mutants
from workshop.trust.forked import DIED, FAULT, lost_checks
from workshop.trust.mutations import Mutant


@pytest.fixture(scope="module")
def made():
    pytest.importorskip("mutmut")
    return mutants.made()


def one(task: str, line: str, mutant: str) -> Mutant:
    """The mutant of a line of the solution, given both without their indentation."""
    (name,) = (name for name in GRADED_FILES if line in (SOLUTION / name).read_text())
    lines = (SOLUTION / name).read_text().splitlines()
    (number,) = (i for i, text in enumerate(lines, start=1) if text.strip() == line)
    return Mutant(task, number, lines[number - 1], lines[number - 1].replace(line, mutant))


def test_every_line_of_every_answer_is_mutated_and_nothing_else_but_decorators_and_conversions(made):
    for name in GRADED_FILES:
        mutated = {mutant.number for mutant in made if mutant.file == name}
        inside = False
        for number, line in enumerate((SOLUTION / name).read_text().splitlines(), start=1):
            if marker := MARKER.match(line):
                inside = marker[1] == "answer"
                assert number not in mutated
            elif inside and not line.strip().startswith("#"):
                assert number in mutated, line
            elif number in mutated:
                assert line == "@torch.no_grad()" or line.strip().startswith("return ") and ".to(" in line


def test_mutants_are_different_from_the_solution_and_from_one_another(made):
    assert len({(mutant.file, mutant.number, mutant.mutant) for mutant in made}) == len(made) > 850
    assert all(mutant.mutant != mutant.line for mutant in made)


def test_each_equivalent_mutant_is_declared_once_with_a_reason_and_still_made(made):
    right = mutants.equivalents()
    assert len(right) == mutants.EQUIVALENT.read_text().count('"reason"')
    assert all(len(reason) > 20 and "\n" not in reason for reason in right.values())
    assert right.keys() <= {mutant.key for mutant in made}


def test_a_wrong_answer_loses_a_check_of_its_task_whatever_happens_in_it():
    sampler = "tau = torch.arange(1, S + 1) * T // S"
    loop = "for t in range(len(alpha_bar) - 1, 0, -1):"
    cases = [
        one("2.10", sampler, "tau = torch.arange(S) * T // S"),
        one("2.10", sampler, "tau = no_such_name"),
        one("2.10", sampler, "import os; os.kill(os.getpid(), 9)"),
        one("2.10", sampler, "tau = 1 + torch.arange(S) * T // S"),
        one("2.2", "mean = x + variance * score", "mean = x - variance * score"),
        one("1.6", loop, "for t in [1, *range(len(alpha_bar) - 1, 0, -1)]:"),
    ]
    lost = lost_checks(cases)
    assert lost[:4] == [["2.10.1", "2.10.2"], ["2.10.1", "2.10.2"], [DIED], ["2.10.1", "2.10.2"]]
    assert lost[4] == ["2.2.1", "2.2.2", "2.2.3"] and "1.6.1" in lost[5]


def test_an_endless_loop_is_ended():
    endless = one("2.10", "tau = torch.arange(1, S + 1) * T // S", "while True: pass")
    assert lost_checks([endless], Limits(call=1.0)) == [["2.10.1", "2.10.2"]]


def test_a_mutant_of_one_promise_loses_that_promise_alone():
    variance = one("2.2", "mean = x + variance * score", "mean = x + (variance * score).float()")
    assert lost_checks([variance]) == [["2.2.3"]]


def test_what_became_of_a_mutant():
    mutant = one("2.2", "mean = x + variance * score", "mean = x - variance * score")
    known = {mutant.key: "it is not, but for this test"}
    assert mutants.verdict_of(mutant, [], {}) == "survived"
    assert mutants.verdict_of(mutant, [], known) == "equivalent"
    assert mutants.verdict_of(mutant, ["2.2.1"], {}) == "killed"
    assert mutants.verdict_of(mutant, [DIED], {}) == "killed"
    assert mutants.verdict_of(mutant, ["2.2.1"], known) == "killed, though in equivalent.json"
    assert mutants.verdict_of(mutant, [f"{FAULT} 2.2.1"], {}) == "a fault of the grader"
