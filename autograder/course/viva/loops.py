"""The readings of the other loops: Langevin's, at one noise level and at several, and the inversion.

A factor is told by the difference of runs with the same noise, which leave the noise out.
"""

import numpy as np

from course.viva.readings import DRAWN, SEED, SHAPE, Call, Numbers, Reading, Unread, number, oracle
from grader.sandbox.wire import Seed
from grader.transcript.examiner import Examiner
from oracle import schedule

LONG = schedule.linear_alpha_bar(1000)
H = 0.02  # the size of a Langevin step
LEVELS = np.array([2.0, 1.0])
EACH = 3  # steps at a level
UP = np.array([250, 500])  # the steps of the inversion


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
    """Two steps from the data, by a model one of whose answers is 1 and all others 0."""

    def ran(x: float, at: int = 0) -> tuple[int, float]:
        asked: list[int] = []

        def model(x: np.ndarray, t: np.ndarray) -> np.ndarray:
            asked.append(int(t[0]))
            return np.full((2, 3), float(len(asked) == at))

        examiner = Examiner(model, (2, 3), 4, 1000)
        made = number(call("ddim_invert", examiner, np.full((2, 3), x), LONG, UP))
        return len(asked), made

    calls, x_0 = ran(1.0)
    return {"calls": float(calls), "x_0": x_0, "eps_1": ran(0.0, 1)[1], "eps_2": ran(0.0, 2)[1]}


def _means_annealed(found: Numbers) -> Numbers:
    levels = {name: found[name] for name in ("calls", "first", "last", "fine")}
    one = found["first"] == found["last"]  # no two levels to compare
    ratio = (LEVELS[0] / LEVELS[-1]) ** 2 if one else found["drift"] / (found["fine"] or np.inf)
    return {**levels, "ratio": float(ratio)}


def _means_invert(found: Numbers) -> Numbers:
    noise = found["eps_1"] + found["eps_2"]
    idle = float(abs(found["x_0"] - 1) + abs(noise) < 1e-6)
    return {"calls": found["calls"], "x_0": found["x_0"], "noise": noise, "idle": idle}


LOOPS = [
    Reading("langevin_sample", _langevin, {"x": 0.0, "score": H, "z": (2 * H) ** 0.5}, _means_langevin, {}, DRAWN),
    Reading("annealed_langevin_sample", _annealed, _annealed(oracle), _means_annealed),
    Reading("ddim_invert", _invert, _invert(oracle), _means_invert),
]
