"""What the trained networks say to a right sampler in the CPU tier: `assets/fashion-answers.safetensors`.

The oracle's sampler asks the networks themselves, from the tier's own x_T, and with the noise that torch's generator
gives to a student who draws in each step. Part of `make assets`.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from checks import network as quality
from grader.sandbox.networks import Networks
from grader.sandbox.remembered import known_by, names
from grader.sandbox.zygote import Zygote
from oracle import samplers
from oracle.arrays import Array


class Recorder:
    """The networks, and what they were asked and said."""

    def __init__(self, networks: Networks):
        self.networks, self.kept = networks, dict[str, np.ndarray]()

    def eps(self, x_t: Array, t: np.ndarray) -> Array:
        """The predicted noise: rounded as it is kept, so that the states after it are those of who is told it."""
        eps = self.networks.eps(x_t, t).astype(np.float16)
        self.kept |= zip(names("eps", len(x_t), int(t[0])), (eps, known_by("eps", x_t)))
        return eps.astype(np.float64)

    def features(self, images: Array) -> None:
        said = self.networks.features(images).astype(np.float32)
        self.kept |= zip(names("features", len(images)), (said, known_by("features", images).astype(np.float16)))


def record(networks: Networks) -> dict[str, np.ndarray]:
    """The answers to all questions of the CPU tier's checks, and the questions' sketches."""
    recorder, tier = Recorder(networks), quality.CPU
    for eta, count, sizes in ((0.0, tier.images, tier.exact), (1.0, tier.block * tier.blocks, tier.noisy)):
        for S in sizes:
            generator = torch.Generator().manual_seed(quality.SEED)
            start = quality.noise(count)
            z = lambda: torch.randn(start.shape, generator=generator).numpy()  # noqa: B023, E731
            x_0 = samplers.ddim_sample(recorder.eps, start, quality.LINEAR, quality.tau_of(S), eta, z)
            if eta:
                recorder.features(x_0)
    return recorder.kept


def main(path: Path) -> None:
    with Zygote() as zygote:
        save_file(record(zygote.predictor("cpu")), path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep what the trained networks say to a right sampler.")
    parser.add_argument("path", type=Path)
    main(parser.parse_args().path)
