"""Hidden checks of Assignment 1: images from the trained network, task 1.6, in the CPU tier and the GPU tier."""

import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import network as quality
from grader.checking import phrase

pytestmark = pytest.mark.network


@number("1.6.7")
@weight(2)
@pytest.mark.quality("CPU, η = 1")
def test_ddpm_images(student, network):
    """With a trained network and a schedule of 10 of its steps, FID and roughness of the images are those of a right
    DDPM.

    False-alarm rate 1e-6 for each figure by a normal model of many right draws: see `workshop.quality.image_bands`.
    """
    return _images(student, network, quality.CPU, 10)


@number("1.6.8")
@weight(0)
@pytest.mark.gpu
@pytest.mark.quality("GPU")
def test_ddpm_images_gpu(student, network):
    """GPU tier: over 3,000 images, all T = 1000 steps: FID and roughness are those of a right DDPM.

    False-alarm rate 1e-6 for each figure by a normal model of many right draws: see `workshop.quality.image_bands`.
    """
    return _images(student, network, quality.ALL_STEPS, 1000)


def _images(student, network, tier, S):
    start = quality.noise(tier.blocks * tier.block)
    x_0 = quality.samples(student, "ddpm_sample", network, start, tier, S)
    return phrase("FID {found}.", found=quality.in_bands(x_0, network, tier, S))
