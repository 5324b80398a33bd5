"""steps_per_sigma is ignored: one step at each level.

Loses: 2.5.1, 2.5.2, 2.5.3
Cause: annealed_one_step_per_level
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * float(sigma / sigmas[-1]) ** 2
        x = x + a * score_fn(x, sigma) + math.sqrt(2 * a) * noise_like(x, generator)
    return x
