"""What decides the result of a training: its numbers, the learning rate and the seed of each step."""

import math
from dataclasses import dataclass

import numpy as np

from diffusion.phrases import phrase


class Refused(Exception):
    """A training that cannot begin or go on as it was asked to; the message says why."""


@dataclass(frozen=True)
class Recipe:
    """The numbers of a training; with them, the network and the images it can go on, with others it cannot."""

    data: str
    steps: int
    batch: int  # images a step, over all processes together
    lr: float = 1.5e-3  # Adam's, at its highest: it rises for `warmup` steps, then falls linearly to 0
    warmup: int = 200
    clip: float = 1.0  # of the gradient's norm
    ema: float = 0.999  # the weights that count are an exponential moving average
    seed: int = 0
    match: str = "noise"  # what the loss compares: the noise, or the score

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1:
            raise Refused(
                phrase(
                    "{steps} steps of {batch} images are none: both must be 1 or more",
                    steps=self.steps,
                    batch=self.batch,
                )
            )
        if not 0 < self.lr < math.inf:
            raise Refused(phrase("a learning rate of {lr} is not a positive number", lr=self.lr))
        if not 0 <= self.ema < 1:
            raise Refused(phrase("a decay of {ema} is not at least 0 and below 1", ema=self.ema))
        if not 0 <= self.seed < 2**32:
            raise Refused(phrase("a seed of {seed} is not in 0 … 2³² − 1", seed=self.seed))

    def check_batch(self, images: int, processes: int) -> None:
        """Raise Refused unless a batch can be drawn from so many images and shared by so many processes."""
        if self.batch > images:
            raise Refused(
                phrase("a batch of {batch} is more than the {images} training images", batch=self.batch, images=images)
            )
        if self.batch % processes:
            raise Refused(
                phrase(
                    "a batch of {batch} cannot be shared equally by {processes} processes",
                    batch=self.batch,
                    processes=processes,
                )
            )

    def lr_at(self, step: int) -> float:
        """The learning rate of step number `step`, 0 … steps − 1."""
        falling = (self.steps - step) / max(1, self.steps - self.warmup)
        return self.lr * min((step + 1) / max(1, self.warmup), falling)

    def seed_of(self, step: int) -> int:
        """The seed of the draws of batch number `step`: 32 bits, all that torch's generator on the CPU looks at."""
        return int(np.random.SeedSequence((self.seed, step)).generate_state(1)[0])
