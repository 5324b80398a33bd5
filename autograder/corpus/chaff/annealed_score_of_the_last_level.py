"""The score is always asked at the last, smallest level.

Loses: 2.5.1, 2.5.2, 2.5.3
Cause: annealed_asks_the_last_level
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * float(sigma / sigmas[-1]) ** 2
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigmas[-1]) + math.sqrt(2 * a) * noise_like(x, generator)
    return x
