"""Hidden checks of Assignment 2: images from the trained network, task 2.11, in the CPU tier and the GPU tier."""

import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import network as quality
from grader.checking import phrase

pytestmark = pytest.mark.network


@number("2.11.10")
@weight(1)
@pytest.mark.quality("CPU, η = 0")
def test_images_without_noise(student, network, evidence):
    """With a trained network at η = 0, S = 10, the images from a fixed x_T are the right sampler's."""
    return _without_noise(student, network, quality.CPU, evidence)


@number("2.11.11")
@weight(2)
@pytest.mark.quality("CPU, η = 1")
def test_images_with_noise(student, network):
    """With a trained network at η = 1, S = 10, FID and roughness of the images are those of a right sampler.

    False-alarm rate 1e-6 for each figure and S by a normal model of many right draws:
    see `workshop.quality.image_bands`.
    """
    return _with_noise(student, network, quality.CPU)


@number("2.11.12")
@weight(0)
@pytest.mark.gpu
@pytest.mark.quality("GPU")
def test_images_without_noise_gpu(student, network, evidence):
    """GPU tier: 10,000 images, S from 10 to 100, at η = 0: the images are the right sampler's."""
    return _without_noise(student, network, quality.GPU, evidence)


@number("2.11.13")
@weight(0)
@pytest.mark.gpu
@pytest.mark.quality("GPU")
def test_images_with_noise_gpu(student, network):
    """GPU tier: over 10,000 images, S from 10 to 100, and over 3,000 at S = 1000, η = 1: FID and roughness are those of
    a right sampler.

    False-alarm rate 1e-6 for each figure and S by a normal model of many right draws:
    see `workshop.quality.image_bands`.
    """
    return _with_noise(student, network, quality.GPU, quality.ALL_STEPS)


def _without_noise(student, network, tier, evidence):
    found, start = [], quality.noise(tier.images)
    for S in tier.exact:
        x_0 = quality.samples(student, "ddim_sample", network, start, tier, S, eta=0.0)
        quality.equal_the_right_ones(x_0, network, S, evidence().images)
        if len(x_0) > quality.FIRST:
            value = quality.fid(network.features(x_0))
            found.append(phrase("{value:.1f} at S = {S}, η = 0", value=value, S=S))
    if not found:
        return phrase("All {count} images are the right sampler's.", count=tier.images)
    return phrase("FID {found}.", found=phrase(", ").join(found))


def _with_noise(student, network, *tiers):
    found = []
    for tier in tiers:
        start = quality.noise(tier.blocks * tier.block)
        for S in tier.noisy:
            x_0 = quality.samples(student, "ddim_sample", network, start, tier, S, eta=1.0)
            found.append(quality.in_bands(x_0, network, tier, S))
    return phrase("FID {found}.", found=phrase(", ").join(found))
