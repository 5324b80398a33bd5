"""Loops in which one edit changes each step: the chains of `wrong_chains` that no list of known mistakes can hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from oracle import edits, spellings
from oracle.arrays import Array, f64
from oracle.spellings import Spelling
from oracle.wrong_chains import Chain, Move

STEP = {"ddpm_sample": "ddpm_step", "ddim_sample": "ddim_step"}  # of which the loop is made


def of(function: str) -> Iterator[tuple[str, Callable[..., Chain]]]:
    """(kind, make) for every single edit of the loop's step; `make` takes what those of `wrong_chains` take."""
    for spelling in spellings.of(STEP.get(function, function)):
        for kind, edited in edits.edited(spelling):
            if "score" in spellings.names(spelling) - spellings.names(edited):
                continue  # a score that is small beside the noise looks like none
            yield from ((kind, make) for make in MAKES[function](edited))


def _chain(spelling: Spelling, state: str, answer: str, asked: Any, given: dict[str, Array]) -> Chain:
    """One move for each number of the given coefficients."""
    result, still = spelling[-1][0], {state: 0.0, answer: 0.0}
    loud, quiet = (spellings.evaluate(spelling, given | still | {"z": z})[result] for z in (1.0, 0.0))
    moves = []
    for number, (each, sigma) in enumerate(zip(asked, np.abs(loud - quiet) * np.ones(len(asked)))):
        own = {name: values[number] for name, values in given.items()}

        def mean(x: Array, told: Array, own: dict[str, Any] = own) -> Array:
            return f64(spellings.evaluate(spelling, own | {state: x, answer: told, "z": 0.0})[result])

        moves.append(Move(each, mean, float(sigma)))
    return Chain(moves)


def _down(spelling: Spelling) -> Iterator[Callable[..., Chain]]:
    """The edited step all along, and with its noise left out in the last step."""

    def make(alpha_bar: Array, tau: Sequence[int], eta: float, masked: bool = False) -> Chain:
        times = [0, *(int(t) for t in tau)][::-1]
        a, p = alpha_bar[times[:-1]], alpha_bar[times[1:]]
        chain = _chain(spelling, "x_t", "eps", times[:-1], {"a": a, "p": p, "eta": np.full(len(a), eta)})
        if not masked:
            return chain
        *moves, last = chain.moves
        return Chain([*moves, replace(last, sigma=0.0)] if last.sigma else [])  # none: it is silent there by itself

    yield make
    yield lambda alpha_bar, tau, eta: make(alpha_bar, tau, eta, masked=True)


def _full(spelling: Spelling) -> Iterator[Callable[..., Chain]]:
    for make in _down(spelling):
        yield lambda alpha_bar, make=make: make(alpha_bar, range(1, len(alpha_bar)), 1.0)


def _up(spelling: Spelling) -> Iterator[Callable[..., Chain]]:
    def make(alpha_bar: Array, tau: Sequence[int], x_0: Array) -> Chain:
        times = [0, *(int(t) for t in tau)]
        return _chain(spelling, "x", "eps", times[1:], {"a": alpha_bar[times[1:]], "p": alpha_bar[times[:-1]]})

    yield make


def _langevin(spelling: Spelling) -> Iterator[Callable[..., Chain]]:
    yield lambda step_size, num_steps: _chain(
        spelling, "x", "score", [None] * num_steps, {"h": np.full(num_steps, step_size)}
    )


def _annealed(spelling: Spelling) -> Iterator[Callable[..., Chain]]:
    def make(sigmas: Array, step_size: float, steps_per_sigma: int) -> Chain:
        s = np.repeat(f64(sigmas), steps_per_sigma)
        return _chain(spelling, "x", "score", s, {"h": np.full(len(s), step_size), "s": s, "last": 0 * s + s[-1]})

    yield make


MAKES: dict[str, Callable[[Spelling], Iterator[Callable[..., Chain]]]] = {
    "ddpm_sample": _full,
    "ddim_sample": _down,
    "ddim_invert": _up,
    "langevin_sample": _langevin,
    "annealed_langevin_sample": _annealed,
}
