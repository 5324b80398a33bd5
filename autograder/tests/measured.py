"""What tests of `make measure` share: its modules, the tables in assets/tables/, and those that the handout shows."""

import csv
import importlib
import re

import pytest

from grader.paths import ASSETS, STARTER

pytest.importorskip("tqdm", reason="tqdm is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion.pictures.table import MEASURED

    modules = {name: importlib.import_module(f"diffusion.pictures.{name}") for name in (*MEASURED, "discretized")}

README = (STARTER / "README.md").read_text("utf-8")


def shown(head):
    """The rows of the handout's table that has this head, cell by cell."""
    text = "| " + " | ".join(head) + " |\n"
    assert README.count(text) == 1, text
    lines = README.split(text)[1].split("\n\n")[0].splitlines()[1:]
    return [tuple(line.strip("| ").split(" | ")) for line in lines]


def kept(name):
    """The head and the rows of a table in assets/tables/."""
    with (ASSETS / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return head, [tuple(row) for row in rows]


def column(name, title, nth=0):
    """The numbers of a column of a kept table, each with what stands behind its ±, by the row's first cell."""
    head, rows = kept(name)
    at = [i for i, each in enumerate(head) if each == title][nth]
    return {row[0]: tuple(map(float, re.split(" ± |/", row[at]))) for row in rows if row[at]}


def below(one, other):
    """Whether a figure is below another beyond both intervals."""
    return one[0] + one[1] < other[0] - other[1]
