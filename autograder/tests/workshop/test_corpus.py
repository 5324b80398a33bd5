"""The corpora: how a case is laid over the solution, what it must declare, and that marks are held to that."""

import ast
from functools import cache
from pathlib import Path

import pytest

from grader.marking.mark import mark
from grader.overlay import Submission
from grader.paths import CORPUS, GRADED_FILES, SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from grader.tasks import BY_FUNCTION, BY_ID, task_of
from workshop.trust import corpus, solution_check

SOURCES = {name: (SOLUTION / name).read_text() for name in GRADED_FILES}
CASES = [path for kind in ("wheat", "chaff") for path in sorted((CORPUS / kind).glob("*.py"))]
CASE = '''"""A story."""

import math

import torch

HALF = 0.5


def _helper(x):
    return x * HALF


@torch.no_grad()
@torch.inference_mode()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    return _helper(x_T)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    # a comment of its own
    return eta * math.pi
'''


@cache
def functions(source: str) -> dict[str, str]:
    """The text of each function at the top level, decorators included; fails where one is defined twice."""
    lines, found = source.splitlines(), {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            assert node.name not in found, f"{node.name} is defined twice"
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found


# Splicing


def test_a_cases_functions_replace_the_solutions_with_their_decorators():
    spliced = functions(corpus.splice(CASE)["sampler.py"].decode())
    case = functions(CASE)
    assert spliced["ddim_sample"] == case["ddim_sample"] and spliced["ddim_sample"].startswith("@torch.no_grad()\n@")
    assert spliced["ddim_sigma"] == case["ddim_sigma"]
    kept = functions(SOURCES["sampler.py"])
    assert {name: spliced[name] for name in kept if name not in case} == {
        name: text for name, text in kept.items() if name not in case
    }


def test_everything_else_goes_below_the_imports_of_the_files_that_change():
    files = corpus.splice(CASE)
    assert files["score.py"].decode() == SOURCES["score.py"]
    body = [ast.unparse(node) for node in ast.parse(files["sampler.py"]).body]
    places = {text: body.index(text) for text in body}
    last_import = max(places[ast.unparse(node)] for node in ast.parse(SOURCES["sampler.py"]).body if is_import(node))
    rest = [index for text, index in places.items() if text.startswith(("import math", "HALF = ", "def _helper"))]
    assert len(rest) == 3 and min(rest) > last_import
    assert max(rest) < min(index for text, index in places.items() if text.startswith("def q_sample"))
    assert "A story." not in files["sampler.py"].decode()


def is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def test_a_case_may_change_both_files():
    files = corpus.splice("X = 1\ndef q_sample(x): return X\ndef tweedie_mean(x): return X\n")
    for name, function in (("sampler.py", "q_sample"), ("score.py", "tweedie_mean")):
        text = files[name].decode()
        assert functions(text)[function].endswith("return X") and text.count("\nX = 1\n") == 1
        compile(text, name, "exec")


def test_a_case_without_a_task_leaves_the_solution_as_it_is():
    assert corpus.splice("def sigma(): pass\n") == {name: text.encode() for name, text in SOURCES.items()}


# Declarations


@pytest.mark.parametrize(
    "kind, source",
    [
        ("wheat", "x = 1"),
        ("wheat", "# no docstring\ndef q_sample(): pass"),
        ("wheat", '"""Right.\n\nLoses: 2.7.1\n"""'),
        ("chaff", '"""A mistake."""'),
        ("hostile", '"""An attack."""'),
        ("hostile", '"""An attack.\n\nLoses: 1.1.1\n"""'),
        ("hostile", '"""An attack.\n\nLoses: 1.1.1\nWall: seccomp\n"""'),
        ("hostile", '"""An attack.\n\nLoses: 1.1.1\nWall: none\nEnds: wrong\n"""'),
        ("hostile", '"""An attack.\n\nLoses: 1.1.1\nWall: brick\nEnds: wrong\n"""'),
        ("hostile", '"""An attack.\n\nLoses: 1.1.1\nWall: seccomp\nEnds: well\n"""'),
        ("chaff", "x = 1"),
        ("chaff", '"""A mistake.\n\nloses: everything\n"""'),
    ],
)
def test_a_docstring_that_does_not_declare_what_it_must_is_refused(tmp_path, kind, source):
    path = tmp_path / kind / "case.py"
    path.parent.mkdir()
    path.write_text(source)
    with pytest.raises(ValueError, match=f"^{kind}/case.py: the docstring must say"):
        corpus.load(path)


@pytest.mark.parametrize(
    "declared, loses, wrong",
    [
        ("2.7.1", {"2.7.1"}, {"2.7"}),
        ("2.7.1, 2.7.2,\n2.9.1", {"2.7.1", "2.7.2", "2.9.1"}, {"2.7", "2.9"}),
        ("2.10.1\nCause: none", {"2.10.1"}, {"2.10"}),
        ("none", set(), set()),
    ],
)
def test_a_declaration_is_read(tmp_path, declared, loses, wrong):
    path = tmp_path / "chaff" / "case.py"
    path.parent.mkdir()
    path.write_text(f'"""A mistake.\n\nLoses: {declared}\n"""\ndef ddim_sigma(): pass\n')
    case = corpus.load(path)
    assert (case.kind, case.name, case.loses, case.wrong) == ("chaff", "case", loses, wrong)
    assert case.story.startswith("A mistake.") and b"def ddim_sigma(): pass" in case.submission.files["sampler.py"]


@pytest.mark.parametrize(
    "line, cause", [("\nCause: eta_squared", "eta_squared"), ("\nCause: none", "none"), ("", "none")]
)
def test_the_cause_that_must_be_named_is_read(tmp_path, line, cause):
    path = tmp_path / "chaff" / "case.py"
    path.parent.mkdir()
    path.write_text(f'"""A mistake.\n\nLoses: 2.7.1{line}\n"""\ndef ddim_sigma(): pass\n')
    case = corpus.load(path)
    assert (case.loses, case.cause) == ({"2.7.1"}, cause)


@pytest.mark.parametrize(
    "line, walls, no_wall",
    [("seccomp, Landlock", ("seccomp", "Landlock"), ""), ("none, it is right.", (), "it is right.")],
)
def test_the_walls_and_the_end_of_an_attack_are_read(tmp_path, line, walls, no_wall):
    path = tmp_path / "hostile" / "case.py"
    path.parent.mkdir()
    path.write_text(f'"""An attack.\n\nLoses: 1.1.1,\n1.1.2\nWall: {line}\nEnds: timed out, wrong\n"""\n')
    case = corpus.load(path)
    assert (case.loses, case.walls, case.no_wall) == ({"1.1.1", "1.1.2"}, walls, no_wall)
    assert case.ends == {"timed out", "wrong"}


def misfit(path: Path) -> str:
    """What is wrong with a case of wheat or chaff before anything is marked: it must change the solution and compile.

    Its own tasks are replaced, no other function is lost, and what it declares wrong are tasks.
    """
    case, own = corpus.load(path), functions(path.read_text())
    if not set(own) & set(BY_FUNCTION):
        return "no function is named like a task"
    if not case.wrong <= set(BY_ID) or bool(case.wrong) != (case.kind == "chaff"):
        return "what it declares wrong is not what its kind has"
    for name, source in SOURCES.items():
        text = case.submission.files[name].decode()
        compile(text, name, "exec")
        spliced = functions(text)
        if lost := set(functions(source)) - set(spliced):
            return f"{name} has lost {sorted(lost)}"
        if kept := [f for f in own if f in BY_FUNCTION and BY_FUNCTION[f].file == name and spliced[f] != own[f]]:
            return f"{name} does not have its {kept}"
    return ""


def test_every_case_changes_the_solution_and_compiles():
    found = {f"{path.parent.name}/{path.stem}": misfit(path) for path in CASES}
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_a_case_that_changes_nothing_is_a_misfit(tmp_path):
    path = tmp_path / "wheat" / "idle.py"
    path.parent.mkdir()
    path.write_text('"""Nothing."""\n\n\ndef _helper():\n    pass\n')
    assert misfit(path) == "no function is named like a task"


def test_the_corpora_are_there_and_every_task_has_its_chaff():
    cases = {kind: corpus.cases(kind) for kind in ("wheat", "chaff", "hostile")}
    assert len(cases["wheat"]) >= 40 and len(cases["chaff"]) >= 120 and len(cases["hostile"]) >= 60
    for kind, names in solution_check.SOME.items():
        assert set(names.split()) <= {case.name for case in cases[kind]}
    assert set().union(*(case.wrong for case in cases["chaff"])) == set(BY_ID)


# Marks


def fault(case: corpus.Case, tasks: set[str], folder: Path, zygote: Zygote) -> str:
    """What is wrong with a case's marks in these tasks."""
    assignments = sorted({BY_ID[task].assignment for task in tasks})
    found = [mark(Session(zygote, case.submission, "closed-form"), n, folder, tasks=tasks) for n in assignments]
    return case.fault(line for results in found for line in results.lines)


@pytest.mark.parametrize("name, tasks", [("log_space", {"1.4", "2.8"}), ("helpers_everywhere", {"1.5", "2.1", "2.9"})])
def test_a_wheat_gets_full_marks(name, tasks, tmp_path, zygote):
    """In some of the tasks that it answers in its own way; `make trust` marks all of them."""
    assert fault(corpus.load(CORPUS / "wheat" / f"{name}.py"), tasks, tmp_path, zygote) == ""


@pytest.mark.parametrize("name", ["posterior_slide", "langevin_root_eta", "coefficients_negative_root"])
def test_a_chaff_loses_what_it_declares_and_nothing_else(name, tmp_path, zygote):
    """In the tasks of which it loses any; `make trust` marks all of them."""
    case = corpus.load(CORPUS / "chaff" / f"{name}.py")
    assert fault(case, set(map(task_of, case.loses)), tmp_path, zygote) == ""


def test_a_case_that_declares_the_wrong_checks_is_told_so(tmp_path, zygote):
    files = corpus.splice("def predict_x_0(x_t, alpha_bar_t, eps):\n    return x_t\n")
    case = corpus.Case("chaff", "case", "A mistake.", frozenset({"1.1.1", "1.2.1"}), Submission(files))
    found = fault(case, {"1.1", "1.2", "1.3"}, tmp_path, zygote)
    assert found.startswith("1.1.1 does not see it; 1.2.2 ") and "1.2.1" not in found and "1.3." not in found
