"""What each step of a sampler really was: the transcript that the examiner kept, reduced to a few figures a call."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.transcript.examiner import Call, Examiner, tame
from grader.transcript.regression import DIGITS, NAMES, SURE, Value, keeps_marginal, regress
from oracle import samplers, steps

LEAST = 200  # numbers of a state, for figures that say something
IMAGES = 16  # of a run, to be shown


@dataclass(frozen=True)
class Step:
    """One call of the model, and the step that came of it; None where it cannot be told."""

    asked: float | None  # t, or the noise level; None where the model has no second argument
    wanted: int | None  # the t to ask at; None where there is none, or the sampler is not one of the two
    mean: float  # of the state; NaN where the examiner did not keep it
    std: float
    values: dict[str, Value]  # by `NAMES`; empty where they cannot be told
    shift: float = 0.0  # b, where it is not 0
    marginal: bool = False  # whether ω₀ and ω_t keep the marginal of x_prev with the σ that there is
    note: str = ""  # what else is not right

    @property
    def off(self) -> bool:
        """Whether anything of it is not right."""
        asked = self.wanted is not None and self.asked != self.wanted
        return asked or bool(self.shift or self.note) or any(value.off for value in self.values.values())


@dataclass(frozen=True)
class Run:
    """One run of a loop, in figures."""

    function: str
    T: int
    S: int  # the number of steps to make
    eta: float
    steps: list[Step]
    right: list[tuple[int, dict[str, float]]]  # t and the right coefficients of each step to make, noisiest first
    images: np.ndarray | None  # (n, H, W) uint8, of those that it made
    ended: bool

    @property
    def wrong(self) -> list[Step]:
        return [step for step in self.steps if step.off]

    @property
    def wrong_count(self) -> bool:
        """Whether it ended after another number of calls than there are steps."""
        return bool(self.T) and len(self.steps) != self.S


def run(function: str, args: tuple[Any, ...], kwargs: dict[str, Any], examiner: Examiner, value: Any) -> Run:
    """Reduce one call of a loop: its arguments as the checks pass them, and what came back (None: nothing)."""
    calls, shape = examiner.calls, examiner.shape
    back = isinstance(value, np.ndarray) and value.shape == shape and value.dtype.kind == "f"
    images = as_pixels(value) if back else None
    if function not in ("ddpm_sample", "ddim_sample"):
        told = [Step(_asked(call), None, *_moments(call.x), {}) for call in calls]
        return Run(function, 0, 0, 0.0, told, [], images, back)
    table = np.asarray(args[2], np.float64)
    T = len(table) - 1
    tau = np.arange(1, T + 1) if function == "ddpm_sample" else np.asarray(args[3])
    eta = 1.0 if function == "ddpm_sample" else float(kwargs.get("eta", args[4] if len(args) > 4 else 0.0))
    pairs = samplers.step_pairs(table, tau)
    rights = _rights(pairs, eta)
    by_place, by_t = len(calls) == len(pairs), {pair[0]: place for place, pair in enumerate(pairs)}
    found = []
    for number, (call, x_prev) in enumerate(examiner.transitions(value if back else None)):
        asked = int(call.t[0])
        place = number if by_place else by_t.get(asked)
        if place is None:
            found.append(_step(call, x_prev, asked, None, float(table[asked]), None, {}))
        else:
            t, _, alpha_bar_t, alpha_bar_prev = pairs[place]
            found.append(_step(call, x_prev, asked, t, alpha_bar_t, alpha_bar_prev, rights[place][1]))
    return Run(function, T, len(pairs), eta, found, rights, images, back)


def _step(
    call: Call,
    x_prev: np.ndarray | None,
    asked: int,
    wanted: int | None,
    alpha_bar_t: float,
    alpha_bar_prev: float | None,
    right: dict[str, float],
) -> Step:
    mean, std = _moments(call.x)
    if x_prev is not None and not tame(x_prev):
        return Step(asked, wanted, mean, std, {}, note="what comes out is NaN, infinite or huge")
    if x_prev is None or call.x.size < LEAST or not (fit := regress(call.x, call.answer, x_prev, alpha_bar_t)):
        return Step(asked, wanted, mean, std, {})
    values = {name: Value(*fit[name], right.get(name)) for name in NAMES}
    b, error = fit["b"]
    shift = b if abs(b) > SURE * error + DIGITS * (1 + abs(mean)) else 0.0
    kept = alpha_bar_prev is not None and not shift and keeps_marginal(values, alpha_bar_t, alpha_bar_prev)
    return Step(asked, wanted, mean, std, values, shift, kept)


def _rights(pairs: list[tuple[int, int, float, float]], eta: float) -> list[tuple[int, dict[str, float]]]:
    times, _, alpha_bar_t, alpha_bar_prev = zip(*pairs)
    sigma = steps.ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = steps.ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma)
    return [(t, dict(zip(NAMES, map(float, row)))) for t, *row in zip(times, omega_0, omega_t, sigma)]


def _asked(call: Call) -> float | None:
    return None if call.t is None else float(np.ravel(call.t)[0])


def _moments(x: np.ndarray) -> tuple[float, float]:
    return (float(x.mean(dtype=np.float64)), float(x.std(dtype=np.float64))) if x.size else (math.nan, math.nan)


def as_pixels(value: np.ndarray) -> np.ndarray | None:
    """The first images of (N, 1, H, W) in [-1, 1] as (n, H, W) uint8; None where these are no images."""
    if value.ndim != 4 or value.shape[1] != 1 or min(value.shape[2:]) < IMAGES:
        return None
    first = np.nan_to_num(value[:IMAGES, 0].astype(np.float64), nan=-1.0).clip(-1, 1)
    return np.asarray(np.round((first + 1) * 127.5), np.uint8)
