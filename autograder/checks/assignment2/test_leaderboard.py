"""Hidden check of Assignment 2 that carries no points: what goes on the leaderboard, where the settings have one."""

import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import network as quality
from checks.judge import expect, numbers
from grader.checking import Examiner, Seed, phrase
from oracle import samplers

pytestmark = [pytest.mark.network, pytest.mark.leaderboard]
T, S, IMAGES = 1000, 10, 256


@number("2.11.14")
@weight(0)
def test_leaderboard(student, network, leaderboard):
    """Leaderboard, without points: the FID of images at η = 0 in the ten steps of your own ddim_timesteps(1000, 10).

    The figure is the right sampler's in these steps, and it counts where the student's ddim_sample gives its images: so
    the steps alone decide.
    """
    tau = _steps(student("ddim_timesteps", T, S).value)
    start = quality.noise(IMAGES)
    examiner = Examiner(network.eps, start.shape, S + 20, T=T, remembers=False)
    returned = student("ddim_sample", examiner, start, quality.LINEAR, tau, eta=0.0, generator=Seed(quality.SEED))
    x_0 = numbers(returned.value, start.shape, "x_0")
    eps_model = lambda x, t: network.eps(x, t).astype(np.float64)  # noqa: E731
    right = samplers.ddim_sample(eps_model, start.astype(np.float64), quality.LINEAR, tau, 0.0, lambda: 0 * start)
    off = (np.abs(x_0 - right) > quality.CLOSE).any(axis=(1, 2, 3))
    expect(
        not off.any(),
        "No entry: {count} of {all} images are not the right sampler's in your ten steps.",
        count=off.sum(),
        all=len(off),
    )
    value = quality.fid(network.features(right))
    leaderboard(phrase("FID at S = 10, η = 0"), value)
    return phrase("FID {value:.2f} in the steps {steps}.", value=value, steps=", ".join(map(str, tau)))


def _steps(value):
    """The student's τ; fails unless a sampler can use it."""
    right = isinstance(value, np.ndarray) and value.dtype == np.int64 and value.shape == (S,)
    expect(right, "No entry: ddim_timesteps(1000, 10) is not ten steps in int64.")
    expect(
        value[0] >= 1 and value[-1] == T and np.all(value[1:] > value[:-1]),
        "No entry: the steps must rise from 1 or more to T.",
    )
    return value
