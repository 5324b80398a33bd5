"""How samples spread over the ten Gaussians of the mixture: shares of samples, held to those of many right draws.

A share is of samples in one class, or of samples that lie within a distance of their class's mean, in its own
directions' standard deviations. `make` finds the right shares by the oracle's sampler: `assets/closed-form-bands.json`.
Its draws start from the same x_T as the check, so the noise is all that differs.
"""

import json
import math
from pathlib import Path

import numpy as np

from checks import cases, images
from checks.judge import expect
from grader.checking import ASSETS, phrase
from oracle import normal, samplers, schedule
from oracle.arrays import Array

PATH = ASSETS / "closed-form-bands.json"
LINEAR = cases.SCHEDULES["linear"]
X_T = cases.states(2119, 1, (1000, 64))[0]
SIZES = (10, 20)  # S
REPEATS = 101  # right draws for each item of X_T; the first ones choose the distances, the others are counted
LOUD = 16  # of a class's 64 directions: distances along these, and along the others
LEVELS = np.arange(1, 20) / 20  # about these shares of samples lie within the distances that are looked at


def right_samples(x_T: Array, S: int, eta: float, seed: int = 0) -> Array:
    """x_0 by the oracle's sampler."""
    rng, tau = np.random.default_rng(seed), schedule.even_timesteps(cases.T, S)
    eps_model = lambda x, t: images.CLASSES.eps(x, LINEAR[t[0]])  # noqa: E731
    return samplers.ddim_sample(eps_model, x_T, LINEAR, tau, eta, lambda: rng.standard_normal(x_T.shape))


def make(path: Path = PATH) -> None:
    """Draw REPEATS times from each x_T at η = 1, and write the shares; takes half a minute."""
    bands = {}
    for S in SIZES:
        placed = [_placed(right_samples(X_T, S, 1.0, seed)) for seed in range(REPEATS)]
        limits = np.quantile(placed[0][1], LEVELS, axis=0).round(3)
        classes, distances = (np.concatenate(each) for each in zip(*placed[1:]))
        bands[str(S)] = {
            "classes": [float(np.mean(classes == k)) for k in range(len(images.CLASSES.weights))],
            "distances": [
                [[limit, float(np.mean(column <= limit))] for limit in column_limits.tolist()]
                for column, column_limits in zip(distances.T, limits.T)
            ],
        }
    path.write_text(json.dumps({"draws": len(classes), "bands": bands}, indent=1) + "\n")


def fits(x_0: Array, S: int, which: str) -> None:
    """Fail unless the samples, drawn from X_T in S steps at η = 1, have the shares that right ones have.

    False-alarm rate below 1e-9 for a right sampler: see `oracle.normal`, and for the draws behind the shares likewise.
    """
    asset, n = json.loads(PATH.read_text()), len(x_0)
    slack, band = math.sqrt(normal.X / (2 * asset["draws"])), asset["bands"][str(S)]
    classes, distances = _placed(x_0)
    for k, share in enumerate(band["classes"]):
        count = int(np.sum(classes == k))
        right, many = normal.share_fits(count, n, share, slack), count > share * n
        said = {"which": which, "count": count, "n": n, "k": k}
        expect(
            right or not many,
            "{which}, {count} of {n} samples are of class {k}, more than a right sampler gives.",
            **said,
        )
        expect(right, "{which}, {count} of {n} samples are of class {k}, fewer than a right sampler gives.", **said)
    directions = phrase("in its {count} loudest directions", count=LOUD), phrase("in its quieter directions")
    for column, rows, where in zip(distances.T, band["distances"], directions):
        for limit, share in rows:
            count = int(np.sum(column <= limit))
            right, many = normal.share_fits(count, n, share, slack), count > share * n
            said = {"which": which, "where": where}
            expect(right or not many, "{which}, too many samples lie near the mean of their class, {where}.", **said)
            expect(right, "{which}, too many samples lie far from the mean of their class, {where}.", **said)


def _placed(x_0: Array) -> tuple[np.ndarray, Array]:
    """The class of each sample, (B,), and its distances (B, 2): along the class's loud directions, and the others."""
    classes, squares = images.CLASSES.place(x_0)
    return classes, np.sqrt(np.stack([squares[:, :LOUD].sum(axis=1), squares[:, LOUD:].sum(axis=1)], axis=1))
