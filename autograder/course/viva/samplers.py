"""The readings of the DDPM's and the DDIM's samplers: runs with no noise predicted, some, and exactly what is right.

A run with the same noise and one thing changed tells a factor by the difference, which leaves the noise out.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.viva.readings import DRAWN, SEED, SHAPE, WHOLE, Call, NoNumber, Numbers, Reading, Unread, number
from grader.sandbox.wire import Seed
from grader.transcript.examiner import Examiner
from oracle import schedule, steps
from oracle.gaussian import GaussianData

DATA = GaussianData(0.0, 0.5)
LONG, SHORT = schedule.linear_alpha_bar(1000), schedule.cosine_alpha_bar(50)
TAU = schedule.even_timesteps(1000, 10)
FAINT = 1e-3  # noise below this is rounding
UNITS = {"x_t": (1.0, 0.0), "eps": (0.0, 1.0)}
X_T = np.random.default_rng(3).standard_normal(SHAPE)


def _down(function: str, table: np.ndarray, tau: np.ndarray, *rest: Any) -> Callable[[Call], Numbers]:
    """Reads a sampler at η = 1: its calls, its spread, the factors of its middle step, and the noise of its last one.

    Factors are told by differences of runs with the same noise, which leave the noise out.
    """
    T, middle = len(table) - 1, middle_of(tau)

    def read(call: Call) -> Numbers:
        def ran(model: Callable[..., Any], shift: float = 0.0) -> tuple[list[int], list[np.ndarray]]:
            """The t that were asked at, and all states."""
            examiner = Examiner(lambda x, t: model(x, int(t[0])) + 0 * x, SHAPE, 2 * len(tau), T)
            x_0 = call(function, examiner, X_T + shift, table, *rest, generator=Seed(SEED))
            if not isinstance(x_0, np.ndarray) or x_0.shape != SHAPE or x_0.dtype.kind != "f":
                raise Unread
            if np.isnan(x_0).any():
                raise NoNumber
            return [int(each.t[0]) for each in examiner.calls], [*(each.x for each in examiner.calls), x_0]

        asked, states = ran(lambda x, t: 0.0)
        if asked.count(middle) != 1:
            raise Unread
        place = asked.index(middle)
        _, shifted = ran(lambda x, t: 0.0, shift=1.0)
        _, answered = ran(lambda x, t: float(t == middle))
        _, exact = ran(lambda x, t: DATA.eps(x, table[t]))
        if {len(shifted), len(answered), len(exact)} != {len(states)}:
            raise Unread

        def slope(at: int) -> float:
            return number(shifted[at + 1] - states[at + 1]) / (number(shifted[at] - states[at]) or np.nan)

        def noise(at: int) -> np.ndarray:
            return np.asarray(states[at + 1] - slope(at) * states[at], np.float64)

        here, end = noise(place), float(noise(-2).std())
        return {
            "calls": float(len(asked)),
            "first": float(asked[0]),
            "last": float(asked[-1]),
            "x_t": slope(place),
            "eps": number(answered[place + 1] - states[place + 1]),
            "z": float(here.std()),
            "shared": float(here.std() > FAINT and bool(np.allclose(here, here[:1], atol=FAINT))),
            "again": float(place + 2 < len(states) and _alike(here, noise(place + 1))),
            "end": end if end > FAINT else 0.0,
            "spread": float(exact[-1].std(dtype=np.float64)),
        }

    return read


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the noise of two steps is the same, but for its size."""
    return bool(min(one.std(), other.std()) > FAINT and abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) > 0.9)


def middle_of(tau: np.ndarray) -> int:
    """The step of a run that is told."""
    return int(tau[len(tau) // 2 - 1])


def pair_of(table: np.ndarray, tau: np.ndarray) -> tuple[float, float]:
    """ᾱ_t and ᾱ_prev there."""
    return float(table[middle_of(tau)]), float(table[tau[len(tau) // 2 - 2]])


def _means_down(table: np.ndarray, tau: np.ndarray) -> Callable[[Numbers], Numbers]:
    a, _ = pair_of(table, tau)

    def means(found: Numbers) -> Numbers:
        x_t, eps, z = (found[name] for name in ("x_t", "eps", "z"))
        short = found["calls"] < len(tau)
        kept = {"signal": x_t * a**0.5, "noise": float(((x_t * (1 - a) ** 0.5 + eps) ** 2 + z**2) ** 0.5)}
        return {
            **{name: found[name] for name in (*WHOLE, "end")},
            **kept,
            "sigma": z,
            "idle": float(abs(x_t - 1) + abs(eps) + z < 1e-6),
            "stops": float(short and found["first"] == tau[-1] and found["last"] > tau[0] and found["end"] > 0),
            "starts": float(short and found["first"] < tau[-1] and found["last"] == tau[0]),
        }

    return means


def _sampler(function: str, table: np.ndarray, tau: np.ndarray, *rest: Any) -> Reading:
    read, (a, p) = _down(function, table, tau, *rest), pair_of(table, tau)
    sigma = float(steps.ddim_sigma(a, p, 1.0))
    step = {name: float(steps.ddim_step(*unit, a, p, 1.0, 0.0)) for name, unit in UNITS.items()}
    right = {
        "calls": float(len(tau)),
        "first": float(tau[-1]),
        "last": float(tau[0]),
        **step,
        "z": sigma,
        "end": 0.0,
        "shared": 0.0,
        "again": 0.0,
    }
    spread = float(DATA.ddim_output(table, tau, 1.0)[1])
    given = {"middle": float(middle_of(tau)), "next": float(tau[len(tau) // 2 - 2])}
    return Reading(function, read, {**right, "spread": spread}, _means_down(table, tau), given, DRAWN)


SAMPLERS = [_sampler("ddpm_sample", SHORT, np.arange(1, 51)), _sampler("ddim_sample", LONG, TAU, TAU, 1.0)]
