"""The rooms of autograder/ and which of them may import which: a change in `course` or `workshop` changes no mark."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from grader.marking import version
from grader.paths import AUTOGRADER

MAY_IMPORT = {
    "oracle": set(),
    "grader": {"oracle"},
    "checks": {"oracle", "grader"},
    "course": {"oracle", "grader"},  # the quiz asks the oracle for right answers and for what mistakes give
    "hosts": {"oracle", "grader"},  # an image has it beside the three that ship; no mark depends on it
    "workshop": {"oracle", "grader", "checks", "course", "hosts"},
}


def imported(source: str) -> Iterator[str]:
    """The dotted names that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the whole path"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strays(room: str, source: str) -> set[str]:
    """The rooms that a module imports from though it may not."""
    return {name.partition(".")[0] for name in imported(source)} & MAY_IMPORT.keys() - MAY_IMPORT[room] - {room}


def modules(room: str) -> list[Path]:
    return sorted((AUTOGRADER / room).rglob("*.py"))


def test_every_room_with_code_has_a_direction():
    rooms = {path.name for path in AUTOGRADER.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms - {"tests", "corpus"} == MAY_IMPORT.keys()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_go_in_one_direction(room):
    found = {path.relative_to(AUTOGRADER).as_posix(): strays(room, path.read_text("utf-8")) for path in modules(room)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_check_has_one_door_to_the_grader():
    found = {each for path in modules("checks") for each in imported(path.read_text("utf-8"))}
    assert {each.rpartition(".")[0] for each in found if each.startswith("grader")} == {"grader.checking"}


@pytest.mark.parametrize("wrong", ["import course.table", "from checks import noise", "def f():\n    import workshop"])
def test_a_wrong_import_is_seen(wrong):
    assert strays("grader", f"from oracle import steps\n{wrong}")


def test_no_module_imports_itself_by_way_of_others():
    paths = {path.relative_to(AUTOGRADER).with_suffix(""): path for room in MAY_IMPORT for path in modules(room)}
    texts = {str(name).replace("/", "."): path.read_text("utf-8") for name, path in paths.items()}
    left = {
        name: {*imported(text), *(each.rpartition(".")[0] for each in imported(text))} for name, text in texts.items()
    }
    while leaves := {name for name, others in left.items() if not others & left.keys()}:
        left = {name: others for name, others in left.items() if name not in leaves}
    assert not left


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 does not know which package most modules are of")
def test_what_ships_imports_only_what_setup_installs():
    """A package that is here and in no lock would be missed on Gradescope alone."""
    found = {
        each.partition(".")[0]
        for room in (*version.SHIPPED, "hosts")
        for path in modules(room)
        for each in imported(path.read_text("utf-8"))
    }
    beside = {"diffusion", "sampler", "tomli"}  # of the submission's tree, and of Python 3.10 alone
    foreign = found - MAY_IMPORT.keys() - sys.stdlib_module_names - beside
    here = packages_distributions()
    names = {module: {name.lower() for name in here[module]} for module in foreign}
    for lock in sorted((AUTOGRADER / "requirements").glob("*.txt")):
        installed = set(re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE))
        assert {module for module in foreign if not names[module] & installed} == set(), lock.name


def test_what_ships_is_three_rooms():
    assert {name.partition("/")[0] for name in version.SHIPPED} == {"oracle", "grader", "checks"}
    rooms = {path.parent.relative_to(AUTOGRADER).as_posix() for room in ("oracle", "grader") for path in modules(room)}
    assert rooms | {"checks"} == {*version.SHIPPED}
