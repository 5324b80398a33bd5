"""The inputs on which `grader.causes.search` asks a function: plain ones, so that what they show can be told."""

from typing import Any

import numpy as np

from grader.phrases import phrase
from grader.student.stand_ins import arguments
from grader.transcript.examiner import model_of_a_loss
from oracle import schedule
from oracle.spellings import PARAMETERS

TABLE = schedule.linear_alpha_bar(1000)
SHAPE, POINTS, IMAGES = (32, 64), (4, 3), (4, 2, 3, 3)
PAIRS = [(600, 500), (1000, 900), (20, 19), (2, 1)]
BATCH = [900, 400, 30, 2], [899, 300, 7, 1]
WHERE = {
    "tweedie_mean": phrase("for a variance between 0 and 1"),
    "reverse_sde_step": phrase("for a dt well below 1"),
}
STATE = np.random.default_rng(12).standard_normal(SHAPE)  # from which every loop starts


def of_value(function: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Plain arguments for a function, and words for where they are: near and far pairs, a batch, several η."""
    rng = np.random.default_rng(11)
    if function == "ddim_timesteps":
        sizes = ((1000, 10), (1000, 30), (1000, 7), (37, 5), (10, 10), (1000, 38), (1000, 122), (1000, 6), (1000, 15))
        return [(phrase("for T = {T}, S = {S}", T=T, S=S), (T, S)) for T, S in sizes]
    if function in ("noise_prediction_loss", "score_matching_loss"):
        t = np.array([3, 40, 17, 2])
        states = [rng.standard_normal((2, *shape)) for shape in ((4, 1), POINTS, IMAGES)]
        of = [(phrase("for a batch of shape {shape}", shape=x.shape), x, e) for x, e in states]
        return [(where, (model_of_a_loss(x.shape, 40), x, t, e, TABLE[:41])) for where, x, e in of]
    names, found = PARAMETERS[function].split(), []
    places = [(_at(t, prev, "p" in names), TABLE[t], TABLE[prev]) for t, prev in PAIRS]
    places.append((phrase("where each item has its own coefficient"), TABLE[BATCH[0]], TABLE[BATCH[1]]))
    for (where, a, p), eta in zip([*places, places[0]], (0.5, 0.3, 1.0, 0.7, 0.4, 0.0)):
        x_y_z = rng.standard_normal((3, *(IMAGES if np.ndim(a) else POINTS)))
        if "eta" in names:
            where = phrase("{where} at η = {eta}", where=where, eta=eta)
        found.append((WHERE.get(function, where), arguments(function, x_y_z, a, p, eta, eta * np.sqrt(1 - p))))
    if function == "ddim_sigma":
        where = phrase("{where} at η = {eta}", where=_at(600, 500), eta=1.7)
        found.append((where, (TABLE[600], TABLE[500], 1.7)))
    return found


def _at(t: int, t_next: int, both: bool = True) -> str:
    """Where a pair is; both: whether the function is given the second of it, too."""
    if both:
        return phrase("in the step from t = {t} to {t_next}", t=t, t_next=t_next)
    return phrase("at t = {t}", t=t)


def of_loop(function: str) -> list[tuple[Any, ...]]:
    """What a loop is called with after the model and the state: sequences with and without t = 1, several η."""
    if function == "langevin_sample":
        return [(0.05, 6), (0.3, 4)]
    if function == "annealed_langevin_sample":
        return [(np.array([2.0, 0.7, 0.25, 0.1]), 0.004, 3), (np.array([1.5, 0.5]), 0.05, 2)]
    if function == "ddpm_sample":
        return [(schedule.linear_alpha_bar(25, 0.02, 0.3),), (schedule.cosine_alpha_bar(40),)]
    taus = [[5, 11, 300, 640, 980], [143, 286, 429, 571, 714, 857, 1000], [1, 2, 40, 333]]
    if function == "ddim_invert":
        return [(TABLE, np.array(tau)) for tau in taus]
    return [(TABLE, np.array(tau), eta) for tau, eta in zip([*taus, [40, 333]], (0.5, 0.8, 1.0, 0.0))]
