"""The step size is the same at every level.

Loses: 2.5.1
Cause: annealed_fixed_step
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigma) + math.sqrt(2 * a) * noise_like(x, generator)
    return x
