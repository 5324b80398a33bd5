"""2.10: ways to write the sub-sequence, wrong for some T and S only, or right for all."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from checks.assignment2.test_ddim_sample import ALL_OF_T, MANY_T, SMALL
from oracle.schedule import is_even

WRONG = {
    "int(T / S * i)": lambda T, S: [int(T / S * i) for i in range(1, S + 1)],
    "a library's trailing steps": lambda T, S: np.arange(T, 0, -T / S).round()[::-1],
    "multiples of T / S, shifted": lambda T, S: (np.arange(0, T, T / S) + T / S).astype(int),
    "float32 in torch": lambda T, S: (torch.arange(1, S + 1) * (T / S)).long(),
    "float32 in torch, by range": lambda T, S: torch.arange(T, 0, -T / S).round().long().flip(0),
    "T // S": lambda T, S: np.arange(1, S + 1) * (T // S),
    "a range up": lambda T, S: list(range(0, T, T // S)),
    "a range down": lambda T, S: list(range(T, 0, -(T // S)))[::-1],
    "linspace cut off, S = 1": lambda T, S: torch.linspace(1, T, S).long(),
    "from 0": lambda T, S: np.linspace(0, T, S).round(),
    "0-based": lambda T, S: np.linspace(0, T - 1, S).round(),
    "the last cut": lambda T, S: np.floor(np.linspace(T / S, T - 1e-9, S)),
}
RIGHT = {
    "i T // S": lambda T, S: np.arange(1, S + 1) * T // S,
    "−(−i T // S)": lambda T, S: [-(-i * T // S) for i in range(1, S + 1)],
    "(2 i T + S) // 2 S": lambda T, S: [(2 * i * T + S) // (2 * S) for i in range(1, S + 1)],
    "round(i T / S)": lambda T, S: [round(i * T / S) for i in range(1, S + 1)],
    "int(i T / S)": lambda T, S: [int(i * T / S) for i in range(1, S + 1)],
    "fractions": lambda T, S: [math.floor(Fraction(T, S) * i) for i in range(1, S + 1)],
    "torch, whole numbers": lambda T, S: torch.arange(1, S + 1) * T // S,
    "torch's div": lambda T, S: torch.div(torch.arange(1, S + 1) * T, S, rounding_mode="floor"),
    "from T down": lambda T, S: [T - i * T // S for i in range(S)][::-1],
    "1 + i (T − 1) // (S − 1)": lambda T, S: [1 + i * (T - 1) // (S - 1) for i in range(S)] if S > 1 else [T],
    "linspace rounded, S = 1 apart": lambda T, S: np.linspace(1, T, S).round() if S > 1 else [T],
    "linspace from T / S, rounded": lambda T, S: np.linspace(T / S, T, S).round(),
}


def wrong_at(form) -> list[tuple[int, int]]:
    """The T and S that a marking asks for at which a form is wrong."""
    asked = (*ALL_OF_T, *SMALL, *MANY_T)
    return [(T, S) for T, S in asked if not is_even(np.asarray(form(T, S), np.int64), T, S)]


@pytest.mark.parametrize("name", WRONG)
def test_a_form_that_is_wrong_for_some_is_asked_there(name):
    assert wrong_at(WRONG[name])


@pytest.mark.parametrize("name", RIGHT)
def test_a_form_that_is_right_for_all_is_right_wherever_it_is_asked(name):
    assert not wrong_at(RIGHT[name])
