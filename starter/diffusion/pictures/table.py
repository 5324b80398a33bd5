"""A table of what was measured, as `measure.py` prints and keeps it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffusion.console import width
from diffusion.phrases import english

# the modules of this folder that have a function `measure`
MEASURED = ("small_steps", "forward_chain", "inversion", "step_grid", "duration", "few_images", "blind_spots")
MEASURED += ("two_losses", "image_losses", "score_images", "annealed", "langevin_images")


@dataclass(frozen=True)
class Table:
    """A title, a head, and rows of as many cells, all of them text as it is to be read."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.head, *self.rows]
        first, *others = [max(map(width, column)) for column in zip(*lines)]
        texts = [
            "  ".join([_padded(line[0], -first), *(_padded(cell, w) for cell, w in zip(line[1:], others))])
            for line in lines
        ]
        return "\n".join([self.title, *texts])

    def csv(self) -> str:
        """The head and the rows, to be kept in a file, in English whatever the terminal's language is."""
        file = io.StringIO()
        lines = [[english(cell) for cell in line] for line in (self.head, *self.rows)]
        csv.writer(file, lineterminator="\n").writerows(lines)
        return file.getvalue()


def _padded(text: str, columns: int) -> str:
    """A text with spaces before it that make it so many columns wide; or after it, where columns is negative."""
    spaces = " " * (abs(columns) - width(text))
    return text + spaces if columns < 0 else spaces + text


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean of independent values, and half the width of its 95 % confidence interval."""
    values = np.asarray(values, float)
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def cell(mean: float, half: float, digits: int) -> str:
    """Both as text."""
    return f"{mean:.{digits}f} ± {half:.{digits}f}"
