"""Hidden checks of Assignment 1: sampling quality in closed form, tasks 1.5 and 1.6."""

from functools import partial

import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases, images, quality, transcript
from checks.judge import numbers
from grader.checking import Seed, phrase
from oracle import schedule


@number("1.5.6")
@weight(2)
@pytest.mark.quality("exact chain")
def test_ddpm_step_gaussian_quality(student, evidence):
    """On Gaussian images with the pixel covariance of Fashion-MNIST: a chain of T = 100 such steps puts out the right
    covariance, at the right W2 distance from the images, on either schedule."""

    def arguments(x_t, eps, z, alpha_bar_t, alpha_bar_prev):
        return x_t, eps, alpha_bar_t, alpha_bar_prev, z

    def w2_squared(name, alpha_bar):
        (_, std), tau = images.CENTRED.ddpm_output(alpha_bar), np.arange(1, 101)
        show = partial(evidence().cell, f"{name} schedule", "T = 100")
        return quality.chain_fits(student, "ddpm_step", arguments, alpha_bar, tau, std, phrase("With T = 100"), show)

    tables = {"linear": schedule.linear_alpha_bar(100, 1e-3, 0.2), "cosine": cases.cosine_alpha_bar(100)}
    found = quality.each(partial(w2_squared, *each) for each in tables.items())
    return phrase(
        "W2² from the images: {linear:.3g} on the linear schedule, {cosine:.3g} on the cosine one.",
        **dict(zip(tables, found)),
    )


@number("1.6.6")
@weight(2)
@pytest.mark.quality("Gaussian images")
def test_ddpm_sample_gaussian_quality(student):
    """On Gaussian images with the pixel mean and covariance of Fashion-MNIST, the samples from one x_T have the exact
    mean and spread, so all samples have the exact W2 distance from the images.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    alpha_bar = schedule.linear_alpha_bar(60, 1e-3, 0.2)
    x_T = cases.states(66, 1, quality.SAMPLES)[0]
    examiner = transcript.noise_predictor(alpha_bar, x_T.shape, len(alpha_bar) + 20, images.ALL, wobble=0.0)
    returned = student("ddpm_sample", examiner, x_T, alpha_bar, generator=Seed(4))
    x_0 = numbers(returned.value, x_T.shape, "x_0")
    quality.samples_fit(x_0, x_T, *images.ALL.ddpm_output(alpha_bar, x_T, 0.0), phrase("With T = 60"))
