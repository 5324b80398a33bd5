"""The LaTeX of the handout, as numbers: it finds the formulas of a page and evaluates them.

A formula is read in a world: what each symbol of the lecture stands for, a number, an array, or a pair
(mean, variance) for a distribution. `Unknown` is raised at anything else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[0-9.]|\S")
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
RELATIONS = ("=", r"\le", r"\ge", "<", ">", r"\lt", r"\gt", r"\sim", r"\leftarrow")
CLOSING = {"(": ")", "[": "]", "{": "}", r"\lvert": r"\rvert"}


class Unknown(Exception):
    """A formula that cannot be read."""


@dataclass(frozen=True)
class Formula:
    """A formula, the heading under which it stands, and, inside a table, its row's first cell and its column."""

    latex: str
    heading: str
    row: str = ""
    column: str = ""


def formulas(page: str) -> Iterator[Formula]:
    """All formulas of a page of Markdown, in order. "x =" in the first cell of a row begins those of its others."""
    heading, columns = "", []
    page = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    for line in page.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else [line]
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = cells
        begins = re.search(r"\$([^$]+ =)\$", cells[0]) if columns else None
        left = begins[1] if begins else ""
        for i, cell in enumerate(cells):
            for display, inline in FORMULA.findall(cell):
                latex = (display or inline).strip().rstrip(".")
                if latex != left:
                    begun = f"{left} {latex}" if left and cell == f"${latex}$" else latex
                    yield Formula(begun, heading, cells[0] if columns else "", columns[i] if columns else "")


def tokens(latex: str) -> tuple[str, ...]:
    """The tokens of a formula, without spaces and sizes of brackets; a digit is one token."""
    return tuple(t for t in TOKEN.findall(latex) if t not in (r"\left", r"\right"))


def statements(latex: str) -> list[str]:
    """The parts of a formula that stand side by side."""
    return [part.strip().rstrip(",") for part in latex.split(r"\qquad")]


class Reader:
    """Reads one statement in a world, {symbol in LaTeX: value}."""

    def __init__(self, latex: str, world: Mapping[str, Any]) -> None:
        self.latex, self.left = latex, list(tokens(latex))
        self.symbols = sorted(((tokens(s), v) for s, v in world.items()), key=lambda pair: -len(pair[0]))

    def sides(self) -> tuple[list[Any], list[str]]:
        """The sides of a chain of relations, and the relations between them."""
        sides, relations = [self.sum()], []
        while self.left:
            if self.left[0] not in RELATIONS:
                raise Unknown(f"{self.latex}: cannot read on at {' '.join(self.left)}")
            relations.append(self.left.pop(0))
            sides.append(self.sum())
        return sides, relations

    def sum(self) -> Any:
        sign = -1 if self.take("-") else 1
        value = self.product()
        value = -value if sign < 0 else value
        while self.left and self.left[0] in "+-":
            value = value + self.product() if self.left.pop(0) == "+" else value - self.product()
        return value

    def product(self) -> Any:
        value = self.power()
        while self.left and self.left[0] not in ("+", "-", ",", *RELATIONS, *CLOSING.values()):
            if self.take("/"):
                value = value / self.power()
            else:
                self.take(r"\cdot")
                value = value * self.power()
        return value

    def power(self) -> Any:
        value = self.factor()
        return value ** self.group() if self.take("^") else value

    def group(self) -> Any:
        """What follows a command: a group in braces, or a single symbol or digit."""
        if self.left and (self.left[0] == "{" or not self.left[0].isdigit()):
            return self.factor()
        return float(self.left.pop(0))

    def factor(self) -> Any:
        for symbol, value in self.symbols:
            if tuple(self.left[: len(symbol)]) == symbol:
                del self.left[: len(symbol)]
                return value
        if self.left and self.left[0] in "0123456789.":
            digits = ""
            while self.left and self.left[0] in "0123456789.":
                digits += self.left.pop(0)
            return float(digits)
        if self.take(r"\frac") or self.take(r"\tfrac"):
            return self.group() / self.group()
        if self.take(r"\sqrt"):
            with np.errstate(invalid="ignore"):
                return np.sqrt(self.group())
        if self.take(*tokens(r"\mathrm{mean}")):
            return np.mean(self.factor())
        if self.take(r"\mathcal", "N"):
            self.take("(")
            mean = self.sum()
            variance = self.sum() if self.take(",") else None
            return Distribution(mean, variance) if self.take(")") else self.fail()
        for opening, closing in CLOSING.items():
            if self.take(opening):
                value = self.sum()
                value = np.abs(value) if opening == r"\lvert" else value
                return value if self.take(closing) else self.fail()
        return self.fail()

    def take(self, *expected: str) -> bool:
        """Take these tokens if they come next."""
        found = tuple(self.left[: len(expected)]) == expected
        if found:
            del self.left[: len(expected)]
        return found

    def fail(self) -> Any:
        raise Unknown(f"{self.latex}: unknown at {' '.join(self.left) or 'its end'}")


@dataclass(frozen=True)
class Distribution:
    """A Gaussian."""

    mean: Any
    variance: Any


def distance(a: Any, b: Any) -> float:
    """How far two values are apart, as a share of their size; two distributions by mean and variance."""
    if isinstance(a, Distribution) and isinstance(b, Distribution):
        return max(distance(a.mean, b.mean), distance(a.variance, b.variance))
    if isinstance(a, Distribution) or isinstance(b, Distribution):
        return float("inf")
    far = np.max(np.abs(np.asarray(a) - np.asarray(b))) / max(1e-30, np.max(np.abs(a)), np.max(np.abs(b)))
    return float(far) if np.max(np.abs(np.asarray(a) - np.asarray(b))) > 1e-13 else 0.0
