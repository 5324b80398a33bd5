"""The positions of the sliders: schedules, spacings of τ, numbers of steps S, and η."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from diffusion.pictures.tau import steps
from diffusion.schedule import cosine_schedule, linear_schedule

SCHEDULES = {"linear": linear_schedule(), "cosine": cosine_schedule()}
SPACINGS = ("even", "quadratic")
T = len(SCHEDULES["linear"]) - 1
UNIT = 4096  # of the states that are drawn, kept in 16 bits: to 1/4096, from −8 to 8


class Chain(NamedTuple):
    """One schedule, one spacing and one S; its name on the page is `key`."""

    schedule: str
    spacing: str
    S: int

    @property
    def key(self) -> str:
        return f"{self.schedule} {self.spacing} {self.S}"

    @property
    def alpha_bar(self) -> Tensor:
        """The table, (T + 1,) float64."""
        return SCHEDULES[self.schedule]

    @property
    def tau(self) -> Tensor:
        """The steps, (S,) int64: yours of task 2.10, or those of `quadratic`. Raises Waits."""
        return steps(T, self.S) if self.spacing == "even" else quadratic(self.S)


def quadratic(S: int) -> Tensor:
    """S steps that lie closer together near the data: i²T/S², rounded, but never below i (DDIM, Appendix D.2)."""
    i = torch.arange(1, S + 1)
    return torch.maximum(i, (T * i.square() / S**2).round().long())


@dataclass(frozen=True)
class Grid:
    """Where the sliders stop. At S = T both spacings are the same τ, and the page has the even one alone."""

    steps: tuple[int, ...] = (2, 5, 10, 20, 50, 100, T)
    etas: tuple[float, ...] = tuple(i / 10 for i in range(11))
    most: int = 100  # steps that images are made with
    mistaken: tuple[float, ...] = (0.0, 0.2, 0.5, 1.0)  # η of the images with a mistake: those of the lecture's table

    @property
    def chains(self) -> list[Chain]:
        every = [Chain(*each, S) for each in ((a, b) for a in SCHEDULES for b in SPACINGS) for S in self.steps]
        return [chain for chain in every if chain.S < T or chain.spacing == "even"]

    @property
    def image_steps(self) -> tuple[int, ...]:
        return tuple(S for S in self.steps if S <= self.most)


def packed(array: Tensor | np.ndarray) -> dict:
    """An array as the page reads it: its type, its shape, and its bytes in base64."""
    array = np.ascontiguousarray(array)
    little = array.astype(array.dtype.newbyteorder("<"))
    return {"type": array.dtype.name, "shape": array.shape, "bytes": base64.b64encode(little.tobytes()).decode()}


def short(states: Tensor) -> dict:
    """States to be drawn, in 16 bits each."""
    return packed((states * UNIT).round().clamp(-(2**15), 2**15 - 1).numpy().astype(np.int16))


def watched(name: str, cells: Iterable) -> Iterable:
    """The cells, with a bar on a terminal."""
    return tqdm(cells, desc=name, leave=False, disable=None)
