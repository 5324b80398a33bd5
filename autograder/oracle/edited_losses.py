"""Losses with one edit, of the jump or, in 2.3, of the target: those that no list of known mistakes can hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle import edits, spellings, steps
from oracle.arrays import f64
from oracle.misconceptions import Formula

TARGETS: dict[str, Formula] = {
    "noise_prediction_loss": lambda eps, a: f64(eps),
    "score_matching_loss": steps.score_from_eps,
}


def of(function: str) -> Iterator[tuple[str, Formula]]:
    """(kind, formula) for every single edit of a loss; `formula` takes what those of `misconceptions` take."""
    for kind, jump in _edited("q_sample"):
        yield kind, _loss(jump, TARGETS[function])
    for kind, target in _edited("score_from_eps") if function == "score_matching_loss" else ():
        yield kind, _loss(steps.q_sample, target)


def _edited(function: str) -> Iterator[tuple[str, Formula]]:
    for spelling in spellings.of(function):
        for kind, new in edits.edited(spelling):
            yield kind, lambda *args, new=new: spellings.value(function, new, args)


def _loss(jump: Formula, target: Formula) -> Formula:
    """The mean square of the model at jump(x_0, ᾱ, ε) beside target(ε, ᾱ)."""

    def loss(examiner: Any, x_0: Any, t: Any, eps: Any, alpha_bar: Any) -> Any:
        a = f64(alpha_bar)[np.asarray(t)]
        return np.mean((examiner.model(jump(x_0, a, eps), t) - target(eps, a)) ** 2)

    return loss
