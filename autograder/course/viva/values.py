"""The readings of the functions that return values: at ᾱ_t = 0.36 and ᾱ_prev = 0.64, whose roots are short."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.viva.readings import Call, Numbers, Reading, Unread, number, oracle

A, P = 0.36, 0.64  # ᾱ_t, ᾱ_prev
SIGMA = 0.48  # of 2.8: it leaves √(1 − ᾱ_prev − σ²) = 0.36
HALF = 0.5  # an η between
BETA, DT = 2.0, 0.02
SHAPE = (2, 3)


def _linear(function: str, states: str, arguments: Callable[..., tuple[Any, ...]], call: Call) -> Numbers:
    """The factors of a function that is linear in its states. Raises Unread where it is not."""
    names = states.split()

    def at(*values: float) -> float:
        made = call(function, *arguments(*(np.full(SHAPE, value) for value in values)))
        return number(_parts(made, 2)[0] if function == "ddpm_posterior" else made)

    found = {name: at(*(float(name == each) for each in names)) for name in names}
    mixed = [0.7, -1.3, 0.4][: len(names)]
    if abs(at(*mixed) - sum(value * found[name] for name, value in zip(names, mixed))) > 1e-4:
        raise Unread
    return found


def _posterior(call: Call) -> Numbers:
    weights = _linear("ddpm_posterior", "x_0 x_t", lambda x_0, x_t: (x_0, x_t, np.array(A), np.array(P)), call)
    made = call("ddpm_posterior", np.ones(SHAPE), np.ones(SHAPE), np.array(A), np.array(P))
    return {**weights, "variance": number(_parts(made, 2)[1])}


def _coefficients(call: Call) -> Numbers:
    made = _parts(call("ddim_coefficients", np.array(A), np.array(P), np.array(SIGMA)), 3)
    return {"omega_0": number(made[0]), "omega_t": number(made[1])}


def _sigma(call: Call) -> Numbers:
    found = (number(call("ddim_sigma", np.array(A), np.array(P), eta)) for eta in (1.0, HALF))
    return dict(zip(("sigma", "half"), found))


def _sde(call: Call) -> Numbers:
    """What is added to x, so without the 1 in x's factor."""
    arguments = lambda x, score, z: (x, score, np.array(BETA), DT, z)  # noqa: E731
    found = _linear("reverse_sde_step", "x score z", arguments, call)
    return {**found, "x": found["x"] - 1}


def _parts(made: Any, count: int) -> list[Any]:
    if not isinstance(made, list | tuple) or len(made) != count:
        raise Unread
    return [*made]


def of_weights(of_x_0: float, of_x_t: float, variance: float) -> Numbers:
    """What a step with these weights and fresh noise of this variance makes of x_t's marginal, given x_0."""
    return {"signal": of_x_0 + of_x_t * A**0.5, "noise": (of_x_t**2 * (1 - A) + max(variance, 0.0)) ** 0.5}


def of_step(x_t: float, eps: float, z: float) -> Numbers:
    """The same of a step that is given the exact ε: x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε."""
    return {"signal": x_t * A**0.5, "noise": ((x_t * (1 - A) ** 0.5 + eps) ** 2 + z**2) ** 0.5}


def _means_sigma(sigma: float, half: float) -> Numbers:
    return {"none": float(sigma == half == 0), "too_large": float(sigma**2 > 1 - P), "sigma": sigma, "half": half}


def _means_score(eps: float) -> Numbers:
    return {"turned": float(eps > 0), "length": abs(eps) * (1 - A) ** 0.5}


def _reading(function: str, read: Callable[[Call], Numbers], means: Callable[..., Numbers]) -> Reading:
    return Reading(function, read, read(oracle), lambda found: means(**found))


def _of(function: str, states: str, arguments: Callable[..., Any], means: Callable[..., Numbers]) -> Reading:
    return _reading(function, partial(_linear, function, states, arguments), means)


a, p = np.array(A), np.array(P)
VALUES = [
    _of("q_sample", "x_0 eps", lambda x_0, eps: (x_0, a, eps), lambda x_0, eps: {"signal": x_0, "of_eps": eps}),
    _of(
        "predict_x_0",
        "x_t eps",
        lambda x_t, eps: (x_t, a, eps),
        lambda x_t, eps: {"signal": x_t * A**0.5, "rest": x_t * (1 - A) ** 0.5 + eps},
    ),
    _reading("ddpm_posterior", _posterior, lambda x_0, x_t, variance: of_weights(x_0, x_t, variance)),
    _of("ddpm_step", "x_t eps z", lambda x_t, eps, z: (x_t, eps, a, p, z), of_step),
    _of("score_from_eps", "eps", lambda eps: (eps, a), _means_score),
    _of(
        "tweedie_mean",
        "x score",
        lambda x, score: (x, score, np.array(1 - A)),
        lambda x, score: {"shrinks": x - score},
    ),
    _reading("reverse_sde_step", _sde, lambda x, score, z: {"drift": x - score, "noise": abs(z)}),
    _reading("ddim_sigma", _sigma, _means_sigma),
    _reading("ddim_coefficients", _coefficients, lambda omega_0, omega_t: of_weights(omega_0, omega_t, SIGMA**2)),
    _of("ddim_step", "x_t eps z", lambda x_t, eps, z: (x_t, eps, a, p, 1.0, z), of_step),
]
