"""The handout and the starter say the same as the one table of tasks, starter/diffusion/tasks.json."""

import importlib.util
import inspect
import json
import re
import sys

import pytest
import torch

from grader import outcomes
from grader.paths import GRADED_FILES, STARTER
from workshop.starter import errata

TASKS = json.loads((STARTER / "diffusion" / "tasks.json").read_text(encoding="utf-8"))
README = (STARTER / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| (\d\.\d+) \| `(\w+)` \| (.+) \| `(\w+\.py)` \| (\+?)(\d+) \|")

# an argument for each name that the students' functions use
STATE, PAIR = torch.ones(2, 3), (torch.tensor(0.36).double(), torch.tensor(0.64).double())
ARGUMENTS = {
    **dict.fromkeys(("x", "x_0", "x_t", "x_T", "eps", "z", "score"), STATE),
    **{"alpha_bar_t": PAIR[0], "alpha_bar_prev": PAIR[1], "sigma_t": PAIR[0] / 2},
    **{"variance": PAIR[0], "beta": PAIR[0], "t": torch.tensor([1, 2]), "tau": torch.tensor([1, 2])},
    **{"alpha_bar": torch.tensor([1.0, 0.64, 0.36]).double(), "sigmas": torch.tensor([2.0, 1.0]).double()},
    **{"eta": 0.5, "dt": 0.01, "step_size": 0.1, "num_steps": 2, "steps_per_sigma": 2, "T": 10, "S": 5},
    **dict.fromkeys(("eps_model", "score_model", "score_fn"), lambda x, t: x),
}


@pytest.fixture(scope="module")
def starter():
    """The starter's two files as modules, by file name."""
    sys.path.insert(0, str(STARTER))
    try:
        yield {name: load(name) for name in GRADED_FILES}
    finally:
        sys.path.remove(str(STARTER))


def load(name):
    spec = importlib.util.spec_from_file_location(f"starter_{name[:-3]}", STARTER / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_agree():
    """The README's two tables are tasks.json: id, function, title, file, points, bonus, in the same order."""
    rows = [
        {
            "task": task,
            "function": function,
            "title": title,
            "file": file,
            "points": int(points),
            "bonus": bool(bonus),
        }
        for task, function, title, file, bonus, points in ROW.findall(README)
    ]
    assert rows == [{"bonus": False, **row} for row in TASKS]


@pytest.mark.parametrize("assignment", ["1", "2"])
def test_points_sum_to_100(assignment):
    """Each assignment's points sum to 100, the bonus beside it."""
    rows = [row for row in TASKS if row["task"].startswith(f"{assignment}.")]
    assert sum(row["points"] for row in rows if not row.get("bonus")) == 100
    assert sum(row["points"] for row in rows if row.get("bonus")) == {"1": 0, "2": 5}[assignment]


def sections():
    """The text of each task's own section, by task."""
    parts = re.split(r"^##+ (.*)\n", README, flags=re.MULTILINE)
    return {heading.split()[0]: text for heading, text in zip(parts[1::2], parts[2::2]) if heading[0].isdigit()}


def test_every_task_has_its_section():
    """The handout explains each task in a section of its own, in the table's order."""
    assert list(sections()) == [row["task"] for row in TASKS]


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row["task"])
def test_section_is_enough_to_work_from(starter, row):
    """A task's section has its file, points, command, function with its arguments, and a hint after the mathematics."""
    text = sections()[row["task"]]
    facts, rest = text.split("\n", 1)
    points = f"{'+' if row.get('bonus') else ''}{row['points']} points"
    assert facts.startswith(f"`{row['file']}` · {points} · `make test T={row['task']}` · ")
    arguments = ", ".join(inspect.signature(getattr(starter[row["file"]], row["function"])).parameters)
    assert f"`{row['function']}({arguments})` → " in facts
    assert re.search(r"\(B|\(S,\)|a scalar", facts)
    assert "$" in rest and rest.count("\n*Hint") == 1


def test_errata_have_the_numbers_of_the_command():
    """Each row of the misprints ends in the numbers that `python -m workshop errata` prints for it."""
    table = README.split("## Misprints on the slides")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.split("\n") if re.match(r"\| \d", line)]
    assert [cells[0] for cells in rows] == [e.task for e in errata.table()]
    for cells, e in zip(rows, errata.table()):
        assert f": {e.numbers}." in f"{cells[-1]}.", (cells, e.numbers)
        assert e.numbers in errata.show()
        assert e.printed != pytest.approx(e.right)


def test_every_outcome_is_explained():
    """The table of outcomes has all those that a check can have, and no other."""
    kinds = {kind.outcome for kind in vars(outcomes).values() if isinstance(kind, type) and hasattr(kind, "outcome")}
    kinds |= {"passed", "passed with a stand-in", "fault of the grader"}
    table = README.split("| outcome |")[1].split("\n\n")[0]
    first = [line.split(" | ")[0].strip("| ") for line in table.split("\n")[2:]]
    assert sorted(kinds) == sorted(name for cell in first for name in cell.split(", "))


def test_handout_shows_no_code_of_an_answer():
    """The handout explains in mathematics: none of its lines is code of the kind that an answer has."""
    assert not re.findall(r"\.sqrt\(|eps_model\(|torch\.\w+\(", README)


def test_every_command_of_the_handout_exists():
    """What the handout says to type is a command of the student's, and what it says to open is there."""
    commands = set(re.search(r"^COMMANDS := (.*)", (STARTER / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split())
    assert set(re.findall(r"`(?:make|(?:python|uv run) assignment\.py) ([a-z]+)", README)) <= commands
    assert all((STARTER / name).is_file() for name in re.findall(r"`(\w+\.ipynb)`", README))
    assert all((STARTER / name).is_dir() for name in re.findall(r"`(\.(?!venv)\w+)/`", README))


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row["task"])
def test_todo(starter, row):
    """Each function stands in its file, and raises its own TODO when it is called with right arguments."""
    function = getattr(starter[row["file"]], row["function"])
    parameters = inspect.signature(function).parameters.values()
    arguments = {p.name: ARGUMENTS[p.name] for p in parameters if p.default is p.empty}
    with pytest.raises(NotImplementedError) as raised:
        function(**arguments)
    assert str(raised.value) == f"TODO {row['task']}: {row['function']}"


def test_no_other_public_function(starter):
    """The two files hold the functions of the table and no other."""
    for file, module in starter.items():
        own = [name for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
        assert sorted(own) == sorted(row["function"] for row in TASKS if row["file"] == file)
