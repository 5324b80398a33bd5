"""What a DDIM loop with one mistake does, exactly: its noise levels, and the spread of what it puts out."""

from functools import cache

import numpy as np

from course.quiz.figures import Curve
from oracle import gaussian, schedule, wrong_chains

T, DATA = 1000, gaussian.GaussianData(0.0, 0.5)
ALPHA_BAR = schedule.linear_alpha_bar(T)


@cache
def chain(cause: str, S: int, eta: float) -> wrong_chains.Chain:
    """The DDIM loop with one mistake, or the right one, on S even steps of the linear schedule."""
    known = [("", wrong_chains.RIGHT["ddim_sample"][0]), *wrong_chains.CHAINS["ddim_sample"]]
    return next(make for key, make in known if key == cause)(ALPHA_BAR, schedule.even_timesteps(T, S), eta)


def curve(cause: str, S: int, eta: float) -> Curve:
    """(t, σ_t) of each of its steps."""
    return [(float(move.asked or 0), move.sigma) for move in chain(cause, S, eta).moves]


def spread(cause: str, S: int, eta: float) -> float:
    """The standard deviation of its output for the exact noise predictor of DATA: each step is linear in the state."""
    made = chain(cause, S, eta)
    one, variance = np.ones(1), 0.0 if made.start == "zeros" else 1.0
    for move in made.moves:
        slope = move.mean(one, DATA.eps(one, ALPHA_BAR[int(move.asked or 0)])).item()
        variance = slope**2 * variance + move.sigma**2
    return float(variance**0.5)
