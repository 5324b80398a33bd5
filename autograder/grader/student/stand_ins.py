"""Right helpers for a student's loop whose own helper is wrong: the grader answers, so one mistake costs once.

`MAY_CALL` says which public helpers each function may be built from. The answers come from the checks' oracle.
"""

import inspect
from typing import Any

import numpy as np

from oracle import schedule, steps
from oracle.spellings import PARAMETERS

STATES = {"x_0", "x_t", "x", "eps", "score", "z"}  # the arguments of the oracle's steps that are states
_DDPM = ("predict_x_0", "ddpm_posterior", "q_sample", "score_from_eps", "tweedie_mean")
_DDIM = (*_DDPM, "ddim_sigma", "ddim_coefficients", "ddpm_step")

MAY_CALL: dict[str, tuple[str, ...]] = {
    "noise_prediction_loss": ("q_sample",),
    "ddpm_step": (*_DDPM, "ddim_sigma", "ddim_coefficients", "ddim_step"),
    "ddpm_sample": (*_DDIM, "ddim_step"),
    "score_matching_loss": ("q_sample", "score_from_eps"),
    "annealed_langevin_sample": ("langevin_sample",),
    "ddim_step": _DDIM,
    "ddim_sample": (*_DDIM, "ddim_step"),
    "ddim_invert": (*_DDIM, "ddim_step"),
}


def answer(helper: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What the right `helper` returns for the arguments that the student's code gave it."""
    function = getattr(steps, helper)
    given = inspect.signature(function).bind(*args, **kwargs).arguments
    shapes = {np.shape(value) for name, value in given.items() if name in STATES}
    others = [value for name, value in given.items() if name not in STATES]
    flat = all(np.ndim(value) <= 1 for value in others)
    if helper == "langevin_step":  # its step size has no item to go with
        flat = all(np.size(value) == 1 for value in others)
    if len(shapes) > 1 or not flat:
        raise ValueError("shapes that disagree could make the grader broadcast without bound")
    value = function(*args, **kwargs)
    if helper == "ddim_coefficients":
        return [*value[:2], np.zeros(())]
    states = [a for a in (*args, *kwargs.values()) if isinstance(a, np.ndarray) and a.ndim]
    if helper == "ddim_sigma" or not states:
        return value
    dtype = max(states, key=lambda a: a.ndim).dtype
    if isinstance(value, tuple):  # ddpm_posterior: the variance stays float64
        return [np.asarray(value[0], dtype), np.asarray(value[1])]
    return np.asarray(value, dtype)


def arguments(function: str, states: np.ndarray, a: Any, p: Any, eta: float, sigma: Any) -> tuple[Any, ...]:
    """Arguments of a function that returns values. states: three of one shape; a and p: ᾱ_t and ᾱ_prev."""
    names, (x, y, z) = PARAMETERS[function].split(), states
    values = {"x": x, "x_0": x, "x_t": y if "x_0" in names else x, "eps": y, "score": y, "z": z}
    values |= {"a": a, "p": p, "eta": eta, "sigma": sigma}
    values |= {"variance": 1 - a, "beta": 4 * a + 0.1, "dt": 0.05 + eta / 10}
    return tuple(values[name] for name in names)


def probes(helper: str) -> list[tuple[Any, ...]]:
    """A few plain argument lists for `helper`: states of several shapes, a number alone, one for each item."""
    if helper not in PARAMETERS:
        return []
    rng = np.random.default_rng(7)
    alpha_bar = schedule.linear_alpha_bar(1000)
    plain = [((4, 3), (600, 500)), ((1, 17), (20, 19)), ((7,), (1, 0)), ((3, 2, 2, 2), (400, 399))]
    batch: list[Any] = [((4, 3), ([900, 400, 30, 2], [899, 300, 7, 1]))]
    clean = [((4, 3), (0, 0))] if helper in ("q_sample", "predict_x_0") else []  # they alone are asked for ᾱ_t = 1
    of = [
        (rng.standard_normal((3, *shape)), alpha_bar[t], alpha_bar[prev]) for shape, (t, prev) in plain + batch + clean
    ]
    return [arguments(helper, states, a, p, 0.7, 0.4 * np.sqrt(1 - p)) for states, a, p in of]


def agrees(helper: str, args: tuple[Any, ...], got: Any) -> bool:
    """Whether `got` is what the right helper answers."""
    want = answer(helper, list(args), {})
    if not isinstance(want, list):
        return _close(got, want)
    if not isinstance(got, list) or len(got) != len(want):
        return False
    if helper == "ddim_coefficients":  # b may be a number, 0-d or (B,)
        right_b = isinstance(got[2], (np.ndarray, float, int)) and not np.any(got[2])
        return right_b and _close(got[0], want[0]) and _close(got[1], want[1])
    return all(map(_close, got, want))


def _close(got: Any, want: Any) -> bool:
    if not isinstance(got, (np.ndarray, float, int)) or np.shape(got) != np.shape(want):
        return False
    return bool(np.allclose(got, want, rtol=1e-9, atol=1e-9))
