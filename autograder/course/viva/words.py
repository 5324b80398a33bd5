"""What is asked about a function and why the right answer is right, in two languages; the numbers have places.

A place <x> is a number as changed, <right_x> the right one. `notes` tell what follows from the numbers that moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from course.quiz.question import Text


@dataclass(frozen=True)
class Words:
    """setting: what the function is asked to do; shows: what it does; rule: what must hold, and why.

    notes: by the name of what moved, with "_up" or "_down" where the direction is told. alone: what is told by itself.
    beside: what is told only where nothing else moved.
    """

    setting: Text
    shows: Text
    rule: Text
    notes: Mapping[str, Text]
    alone: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


STEP_SHOWS = r"$x_{\mathrm{prev}} = <x_t> x_t <s_eps> \varepsilon <s_z> z$"


def same(latex: str) -> Text:
    """Mathematics, which is the same in both languages."""
    return Text(latex, latex)
