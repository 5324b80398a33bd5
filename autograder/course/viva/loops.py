"""The readings of the samplers: a run with the exact noise predictor of Gaussian data, and runs that tell a step."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.viva.readings import DRAWN, SEED, Call, Numbers, Reading, Unread, number, oracle
from grader.sandbox.wire import Seed
from grader.transcript.examiner import Examiner
from oracle import schedule, steps
from oracle.gaussian import GaussianData

SHAPE = (128, 128)
DATA = GaussianData(0.0, 0.5)
LONG, SHORT = schedule.linear_alpha_bar(1000), schedule.cosine_alpha_bar(50)
TAU = schedule.even_timesteps(1000, 10)
H = 0.02  # the size of a Langevin step
LEVELS = np.array([2.0, 1.0])
EACH = 3  # steps at a level
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
        slopes = [
            number(shifted[at + 1] - states[at + 1]) / (number(shifted[at] - states[at]) or np.nan)
            for at in (place, -2)
        ]
        of_noise = [float((states[at + 1] - slope * states[at]).std()) for at, slope in zip((place, -2), slopes)]
        return {
            "calls": float(len(asked)),
            "first": float(asked[0]),
            "last": float(asked[-1]),
            "x_t": slopes[0],
            "eps": number(answered[place + 1] - states[place + 1]),
            "z": of_noise[0],
            "end": of_noise[1] if of_noise[1] > 1e-3 else 0.0,
            "spread": float(exact[-1].std(dtype=np.float64)),
        }

    return read


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
        kept = {"signal": x_t * a**0.5, "noise": float(((x_t * (1 - a) ** 0.5 + eps) ** 2 + z**2) ** 0.5)}
        return {
            **{name: found[name] for name in ("calls", "first", "last", "end")},
            **kept,
            "sigma": z,
            "idle": float(abs(x_t - 1) + abs(eps) + z < 1e-6),
        }

    return means


def _langevin(call: Call) -> Numbers:
    """One step: factors by differences of runs with the same noise, which leave the noise out."""

    def at(x: float, score: float) -> np.ndarray:
        examiner = Examiner(lambda x: np.full(SHAPE, score), SHAPE, 2, parameters=("x",))
        made = call("langevin_sample", examiner, np.full(SHAPE, x), H, 1, generator=Seed(SEED))
        if not isinstance(made, np.ndarray) or made.shape != SHAPE or len(examiner.calls) != 1:
            raise Unread
        return np.asarray(made, np.float64)

    z = at(0.0, 0.0)
    return {"x": number(at(1.0, 0.0) - z) - 1, "score": number(at(0.0, 1.0) - z), "z": float(z.std())}


def _means_langevin(found: Numbers) -> Numbers:
    """The spread at which the chain settles where the score is −x; 0 where it does not settle."""
    slope = 1 + found["x"] - found["score"]
    settles = found["z"] / (1 - slope**2) ** 0.5 if abs(slope) < 1 else 0.0
    return {"runs_away": float(abs(slope) >= 1), "settles": settles}


def _annealed(call: Call) -> Numbers:
    """The drift of a step at either level, by differences of runs, the calls, and the noise of the last level."""

    def ran(at: int = -1) -> tuple[Examiner, np.ndarray]:
        asked: list[float] = []

        def model(x: np.ndarray, sigma: float) -> np.ndarray:
            asked.append(sigma)
            return np.full(SHAPE, float(len(asked) == at))

        examiner = Examiner(model, SHAPE, 20, parameters=("x", "sigma"))
        args = np.zeros(SHAPE), LEVELS, H, EACH
        made = call("annealed_langevin_sample", examiner, *args, generator=Seed(SEED))
        if not isinstance(made, np.ndarray) or made.shape != SHAPE or not examiner.calls:
            raise Unread
        return examiner, np.asarray(made, np.float64)

    examiner, z = ran()
    drifts = [number(ran(at)[1] - z) for at in (1, len(examiner.calls))]
    levels = [float(examiner.calls[place].t) for place in (0, -1)]
    return dict(zip(("calls", "first", "last", "drift", "fine"), (float(len(examiner.calls)), *levels, *drifts)))


def _invert(call: Call) -> Numbers:
    """One step from the data to ᾱ_500, by a model that answers with a constant."""

    def at(x: float, eps: float) -> float:
        examiner = Examiner(lambda x, t: np.full((2, 3), eps), (2, 3), 4, 1000)
        return number(call("ddim_invert", examiner, np.full((2, 3), x), LONG, np.array([500])))

    return {"x_0": at(1.0, 0.0), "eps": at(0.0, 1.0)}


def _sampler(function: str, table: np.ndarray, tau: np.ndarray, *rest: Any) -> Reading:
    read, (a, p) = _down(function, table, tau, *rest), pair_of(table, tau)
    sigma = float(steps.ddim_sigma(a, p, 1.0))
    step = {name: float(steps.ddim_step(*unit, a, p, 1.0, 0.0)) for name, unit in UNITS.items()}
    right = {"calls": float(len(tau)), "first": float(tau[-1]), "last": float(tau[0]), **step, "z": sigma, "end": 0.0}
    spread = float(DATA.ddim_output(table, tau, 1.0)[1])
    given = {"middle": float(middle_of(tau)), "next": float(tau[len(tau) // 2 - 2])}
    return Reading(function, read, {**right, "spread": spread}, _means_down(table, tau), given, DRAWN)


def _means_annealed(found: Numbers) -> Numbers:
    levels = {name: found[name] for name in ("calls", "first", "last", "fine")}
    return {**levels, "ratio": found["drift"] / (found["fine"] or np.inf)}


def _means_invert(found: Numbers) -> Numbers:
    return {**found, "idle": float(found == {"x_0": 1.0, "eps": 0.0})}


LOOPS = [
    _sampler("ddpm_sample", SHORT, np.arange(1, 51)),
    Reading("langevin_sample", _langevin, {"x": 0.0, "score": H, "z": (2 * H) ** 0.5}, _means_langevin, {}, DRAWN),
    Reading("annealed_langevin_sample", _annealed, _annealed(oracle), _means_annealed),
    _sampler("ddim_sample", LONG, TAU, TAU, 1.0),
    Reading(
        "ddim_invert", _invert, {"x_0": float(LONG[500] ** 0.5), "eps": float((1 - LONG[500]) ** 0.5)}, _means_invert
    ),
]
