"""The quality of images from the trained network: one code for the CPU tier and the GPU tier, at their own sizes.

At η = 0 nothing is random, so the images themselves must be the right sampler's. At η = 1 two figures of a block of
images must lie in a band around those of right samplers: its FID, and its roughness, how much neighbouring pixels
differ. Both edges count: a σ that is too small makes images with a *better* FID.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from checks import cases
from checks.judge import expect, numbers
from grader.checking import ASSETS, Examiner, Networks, Seed, phrase
from oracle import frechet, samplers, schedule
from oracle.arrays import Array

LINEAR = cases.SCHEDULES["linear"]
SHAPE = (1, 28, 28)
SEED = 7000  # of the generator that a student draws from
DRAWN = 384  # pure noise is drawn for so many images at once
FIRST = 32  # images of a tier that are compared one by one; more of them are there for the FID that is told
CLOSE = 0.02  # of the range [−1, 1]: rounding in float32, seen through all steps of the network
BETTER = phrase(" (Better than right is wrong, too: perhaps the steps add too little noise.)")


@dataclass(frozen=True)
class Tier:
    """How much a tier looks at: images at η = 0, at each S of `exact`; blocks at η = 1, at each S of `noisy`.

    block: images whose figures are taken together. batch: images that go through a sampler at once.
    """

    name: str
    images: int
    exact: tuple[int, ...]
    block: int
    blocks: int
    noisy: tuple[int, ...]
    batch: int


STEPS = (10, 20, 50, 100)  # of the GPU tier
CPU = Tier("cpu", images=FIRST, exact=(10,), block=384, blocks=1, noisy=(10,), batch=384)
GPU = Tier("gpu", images=10_000, exact=STEPS, block=384, blocks=27, noisy=STEPS, batch=9 * 384)
ALL_STEPS = replace(GPU, blocks=9, noisy=(cases.T,))  # fewer, for each step crosses to the worker and back


def tau_of(S: int) -> np.ndarray:
    """S even steps of 1..1000."""
    return schedule.even_timesteps(cases.T, S)


def x_T(block: int) -> np.ndarray:
    """The pure noise that a block starts from, (DRAWN, 1, 28, 28) float32: numpy's, the same on every machine."""
    return np.random.default_rng([2120, block]).standard_normal((DRAWN, *SHAPE), dtype=np.float32)


def noise(count: int) -> np.ndarray:
    """The x_T of `count` images: of as many blocks as it takes."""
    return np.concatenate([x_T(block) for block in range(-(-count // DRAWN))])[:count]


def samples(
    student: Any, function: str, network: Networks, start: np.ndarray, tier: Tier, S: int, **arguments: Any
) -> Array:
    """x_0 from the x_T in `start`, by the student's ddim_sample, or ddpm_sample on the schedule that tau leaves."""
    tau, parts = tau_of(S), []
    if function == "ddpm_sample":  # its own T is S, and its t is the t-th step of tau
        rest, asked = [np.concatenate([[1.0], LINEAR[tau]])], tau
    else:
        rest, asked = [LINEAR, tau], np.arange(1, len(LINEAR))
    for first in range(0, len(start), tier.batch):
        part = start[first : first + tier.batch]
        eps_model = lambda x, t: network.eps(x, asked[t - 1])  # noqa: E731
        examiner = Examiner(eps_model, part.shape, S + 20, T=len(asked), remembers=False)
        returned = student(function, examiner, part, *rest, generator=Seed(SEED + first), **arguments)
        parts.append(numbers(returned.value, part.shape, "x_0"))
    return np.concatenate(parts)


def equal_the_right_ones(x_0: Array, network: Networks, S: int, show: Callable[[Array], None]) -> None:
    """Fail unless the first images at η = 0 are the oracle's, from the same x_T and the same network."""
    start = noise(FIRST).astype(np.float64)
    eps_model = lambda x, t: network.eps(x, t).astype(np.float64)  # noqa: E731
    right = samplers.ddim_sample(eps_model, start, LINEAR, tau_of(S), 0.0, lambda: 0 * start)
    show(right)
    off = np.abs(x_0[:FIRST] - right).max(axis=(1, 2, 3)) > CLOSE
    expect(
        not off.any(),
        "At S = {S}, η = 0, {count} of {all} images are not the right sampler's.",
        S=S,
        count=off.sum(),
        all=FIRST,
    )


def fid(features: Array) -> float:
    """FID against all training images, by the shipped feature network."""
    reference = load_file(ASSETS / "fashion-reference.safetensors")
    return frechet.fid(features, reference["mu"], reference["sigma"])


def roughness(images: Array) -> float:
    """The mean absolute difference of neighbouring pixels, both ways, of images (N, 1, H, W) cut off at ±1."""
    x = images.clip(-1, 1)
    return float(np.abs(np.diff(x, axis=2)).mean() + np.abs(np.diff(x, axis=3)).mean())


def geometric_mean(values: list[float]) -> float:
    """Of figures that are 0 at best, as for images without any content."""
    return math.exp(np.mean([math.log(max(value, 1e-9)) for value in values]))


def in_bands(x_0: Array, network: Networks, tier: Tier, S: int) -> str:
    """Fail unless FID and roughness, geometric means over the blocks, lie in their bands; returns them in words."""
    blocks = np.split(x_0, tier.blocks)
    found = {
        "FID": geometric_mean([fid(network.features(block)) for block in blocks]),
        "roughness": geometric_mean([roughness(block) for block in blocks]),
    }
    for name, said in (("FID", "FID"), ("roughness", phrase("roughness"))):
        (low, high), value = band(tier, S, name), found[name]
        figures = {"S": S, "name": said, "value": value, "low": low, "high": high}
        expect(
            value <= high,
            "At S = {S}, η = 1, the {name} of the images is {value:.3g}, "
            "above the {low:.3g} to {high:.3g} of right samplers.",
            **figures,
        )
        expect(
            value >= low,
            "At S = {S}, η = 1, the {name} of the images is {value:.3g}, "
            "below the {low:.3g} to {high:.3g} of right samplers.{advice}",
            advice=BETTER if name == "FID" else "",
            **figures,
        )
    return phrase("{FID:.1f} and roughness {roughness:.3f} at S = {S}, η = 1", S=S, **found)


def band(tier: Tier, S: int, name: str) -> tuple[float, float]:
    """Where the geometric mean over a tier's blocks lies for a right sampler, but for one chance in a million.

    Its logarithm: mean ± t·s·√(1/blocks + 1/draws), from `assets/image-bands.json`, see `workshop.quality.image_bands`.
    """
    row = json.loads((ASSETS / "image-bands.json").read_text())[tier.name][str(S)][name]
    half = row["quantile"] * row["std"] * math.sqrt(1 / tier.blocks + 1 / row["draws"])
    return math.exp(row["mean"] - half), math.exp(row["mean"] + half)
