"""The smallest level is left out.

Loses: 2.5.1, 2.5.2, 2.5.3
Cause: annealed_skips_last_level
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas[:-1]:
        a = step_size * float(sigma / sigmas[-1]) ** 2
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigma) + math.sqrt(2 * a) * noise_like(x, generator)
    return x
