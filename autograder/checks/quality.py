"""The quality of samples in closed form: Gaussian images with the pixel covariance of real ones, 784 directions.

Every step is affine in (x_t, eps, z) and the exact eps is affine in x_t, so what a chain puts out is a Gaussian that is
known exactly: as a whole, from the steps' coefficients, and for a given x_T, from the right sampler's formula.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from checks import images
from checks.judge import close, expect, numbers
from grader.checking import Loses, phrase
from oracle import normal, samplers
from oracle.arrays import Array
from oracle.gaussian import w2

PARTS, EACH = 4, 196  # the 784 directions from the loudest to the quietest, in four parts
SAMPLES = (20, PARTS * EACH)
FARTHEST = 1e50  # a variance at which a chain that grows from step to step is held; its square still is a number
NEAR = 1e-3  # of the right chain's own distance from the images; float32 inside a step makes it 1e-4 at most

Arguments = Callable[[Array, Array, Array, np.float64, np.float64], tuple[Any, ...]]  # of x_t, eps, z, ᾱ_t, ᾱ_prev
Show = Callable[[float, float, bool], None]  # (what was found, what is right, whether it fits)


def chain_fits(
    student: Any,
    function: str,
    arguments: Arguments,
    alpha_bar: Array,
    tau: np.ndarray,
    std: Array,
    which: str,
    show: Show = lambda *_: None,
) -> float:
    """Fail unless a chain of the function's steps puts out the right covariance: variances std² along the directions.

    Its W2 distance from the right output is held to NEAR of the right output's own W2 distance from the images.
    Returns the latter, squared.
    """
    variance, pairs = np.ones_like(images.STD), [pair for _, _, *pair in samplers.step_pairs(alpha_bar, tau)]
    x_t, eps, z = np.eye(3)[:, None]  # each is 1 where the others are 0: one answer holds all three coefficients
    calls = [arguments(x_t, eps, z, *map(np.float64, pair)) for pair in pairs]
    for (alpha_bar_t, _), returned in zip(pairs, student.map(function, calls)):
        of_x_t, of_eps, of_z = numbers(returned.value, (1, 3), "x_prev")[0]
        slope = images.CENTRED.eps(np.ones((1, variance.size)), alpha_bar_t)[0]
        variance = (of_x_t + of_eps * slope) ** 2 * variance + of_z**2
        variance = variance.clip(max=FARTHEST)
    far, right = w2(0, np.sqrt(variance), 0, images.STD), w2(0, std, 0, images.STD)
    fits = w2(0, np.sqrt(variance), 0, std) <= NEAR * right
    show(far**2, right**2, fits)
    times = f"{(far / right) ** 2:.3g}"
    expect(
        fits or times != "1",
        "{which}, your steps end as far from the images as right ones, but somewhere else.",
        which=which,
    )
    expect(
        fits,
        "{which}, a chain of your steps ends at a squared W2 distance of {square:.3g} from the images, "
        "{times} times a right chain's. (Nearer is wrong, too: a right chain has one distance.)",
        which=which,
        square=far**2,
        times=times,
    )
    return far**2


def each(tries: Iterable[Callable[[], float]]) -> list[float]:
    """What each try gives; raises what the first that lost raised, but only after all others: the report shows them."""
    found, lost = [], []
    for attempt in tries:
        try:
            found.append(attempt())
        except Loses as reason:
            lost.append(reason)
    if lost:
        raise lost[0]
    return found


def samples_fit(x_0: Array, x_T: Array, mean: Array, std: Array, which: str) -> None:
    """Fail unless the samples are N(mean, std²), the right sampler's output for the given x_T.

    x_0, x_T, mean: SAMPLES; std: (784,), or 0 where nothing is random. Then mean and covariance are right whatever
    x_T is, and so is the W2 distance from the images.
    False-alarm rate below 1e-9 for a right sampler: see `oracle.normal`.
    """
    if not np.any(std):
        close(x_0, mean, phrase("{which}, x_0", which=which), np.abs(x_T).max() + np.abs(mean).max())
        return
    residuals = (x_0 - mean) / std
    for first in range(0, PARTS * EACH, EACH):
        part = slice(first, first + EACH)
        r = residuals[:, part].ravel()
        right = normal.moments_fit(r, [np.ones(r.size), x_T[:, part].ravel()])
        said = {"which": which, "first": first + 1, "last": first + EACH}
        expect(
            right or not normal.moments_fit(r, []),
            "{which}, x_0 has another mean than it must have, "
            "given x_T (principal directions {first} to {last} of the images).",
            **said,
        )
        expect(
            right,
            "{which}, x_0 lies {times:.3g} times as far from the right mean as it must, "
            "given x_T (principal directions {first} to {last} of the images).",
            times=np.sqrt(np.mean(r**2)),
            **said,
        )
