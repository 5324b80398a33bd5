"""Mutation testing: does every wrong line in the solution lose a point in its own task?

A mutant that loses none must be one of `corpus/equivalent.json`: a right answer, and it says why.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from grader.paths import CORPUS, GRADED_FILES
from workshop.trust.forked import FAULT, lost_checks
from workshop.trust.mutations import Mutant, mutants

EQUIVALENT = CORPUS / "equivalent.json"
KILLED, PROVED = "killed", "equivalent"


def made() -> list[Mutant]:
    """All mutants of the solution."""
    return [mutant for name in GRADED_FILES for mutant in mutants(name)]


def marked() -> Iterator[tuple[Mutant, list[str]]]:
    """All mutants, each with the checks of its task that it loses."""
    everything, count = made(), os.cpu_count() or 1
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        parts = [everything[first::count] for first in range(count)]
        for part, lost in zip(parts, pool.map(lost_checks, parts)):
            yield from zip(part, lost)


def equivalents() -> dict[tuple[str, str, str], str]:
    """The reason why a mutant is a right answer, by its task, the line and what it says in the mutant."""
    rows = json.loads(EQUIVALENT.read_text())
    return {(row["task"], row["line"], row["mutant"]): row["reason"] for row in rows}


def verdict_of(mutant: Mutant, lost: list[str], right: dict[tuple[str, str, str], str]) -> str:
    """What became of a mutant that lost these checks."""
    if any(check.startswith(FAULT) for check in lost):
        return "a fault of the grader"
    if mutant.key in right:
        return "killed, though in equivalent.json" if lost else PROVED
    return KILLED if lost else "survived"
