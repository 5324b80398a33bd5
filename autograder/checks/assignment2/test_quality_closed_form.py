"""Hidden checks of Assignment 2: sampling quality in closed form, tasks 2.9 and 2.11."""

from functools import partial

import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import bands, cases, images, quality, transcript
from checks.cases import SCHEDULES, T
from checks.judge import ROUGH, expect, numbers
from grader.checking import Seed, phrase
from oracle import frechet, schedule

LINEAR = SCHEDULES["linear"]
ETAS = (0.0, 0.2, 0.5, 1.0)
STILL = 250  # samples at η = 0, each of which is compared
ON_THE_EDGE = 5  # of these: between two classes a rounding in float32 grows from step to step


@number("2.9.7")
@weight(2)
@pytest.mark.quality("exact chain")
def test_step_gaussian_quality(student, evidence):
    """On Gaussian images with the pixel covariance of Fashion-MNIST, S × η: a chain of such steps puts out the right
    covariance, at the right W2 distance from the images."""

    def w2_squared(S, eta):
        tau = schedule.even_timesteps(T, S)
        arguments = lambda x_t, eps, z, a, a_prev: (x_t, eps, a, a_prev, eta, z)  # noqa: E731
        _, std = images.CENTRED.ddim_output(LINEAR, tau, eta)
        show = partial(evidence().cell, f"S = {S}", f"η = {eta}")
        which = phrase("At S = {S}, η = {eta}", S=S, eta=eta)
        return quality.chain_fits(student, "ddim_step", arguments, LINEAR, tau, std, which, show)

    sizes = (5, 10, 20, 50, 100)
    found = quality.each(partial(w2_squared, S, eta) for S in sizes for eta in ETAS)
    rows = np.reshape(found, (len(sizes), len(ETAS)))
    figures = [", ".join(f"{value:.3g}" for value in row) for row in rows]
    said = [phrase("{figures} at S = {S}", figures=row, S=S) for S, row in zip(sizes, figures)]
    etas = ", ".join(map(str, ETAS))
    return phrase("W2² from the images at η = {etas}: {rows}.", etas=etas, rows=phrase("; ").join(said))


@number("2.11.8")
@weight(2)
@pytest.mark.quality("Gaussian images")
def test_sample_gaussian_quality(student):
    """On Gaussian images with the pixel mean and covariance of Fashion-MNIST, S × η: the samples from one x_T have the
    exact mean and spread, so all samples have the exact W2 distance from the images.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    x_T = cases.states(2118, 1, quality.SAMPLES)[0]
    for S in (10, 20, 50):
        tau = schedule.even_timesteps(T, S)
        for eta in ETAS:
            x_0 = _sample(student, x_T, tau, eta, images.ALL)
            exact = images.ALL.ddim_output(LINEAR, tau, eta, x_T, 0.0)
            quality.samples_fit(x_0, x_T, *exact, phrase("At S = {S}, η = {eta}", S=S, eta=eta))


@number("2.11.9")
@weight(2)
@pytest.mark.quality("ten Gaussians")
def test_sample_mixture_quality(student):
    """On a mixture of ten Gaussians, one for each class of Fashion-MNIST: at η = 0 the samples are the right ones, at
    η = 1 as many as must be are of each class, and as near to its mean as they must be.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    found = []
    for S in bands.SIZES:
        tau = schedule.even_timesteps(T, S)
        runs = ((bands.X_T[:STILL], 0.0), (bands.X_T, 1.0))
        still, noisy = (_sample(student, x_T, tau, eta, images.CLASSES) for x_T, eta in runs)
        right = bands.right_samples(bands.X_T[:STILL], S, 0.0)
        off = np.abs(still - right).max(axis=1) > ROUGH * np.abs(right).max()
        expect(
            off.sum() <= ON_THE_EDGE,
            "At S = {S}, η = 0, {count} of {all} samples are not the right ones.",
            S=S,
            count=off.sum(),
            all=len(off),
        )
        bands.fits(noisy, S, phrase("At S = {S}, η = {eta}", S=S, eta=1))
        distances = [frechet.fid(x_0, *images.CLASSES.moments()) for x_0 in (still, noisy[:STILL])]
        figures = dict(zip(("still", "noisy"), distances))
        found.append(phrase("{still:.1f} at η = 0 and {noisy:.1f} at η = 1 at S = {S}", S=S, **figures))
    rows = phrase("; ").join(found)
    return phrase("Fréchet distance of {count} samples from the mixture: {rows}.", count=STILL, rows=rows)


def _sample(student, x_T, tau, eta, data):
    """x_0 by the student's sampler, with the exact noise predictor of the data."""
    examiner = transcript.noise_predictor(LINEAR, x_T.shape, len(tau) + 20, data, wobble=0.0)
    returned = student("ddim_sample", examiner, x_T, LINEAR, tau, eta, generator=Seed(8))
    return numbers(returned.value, x_T.shape, "x_0")
