"""Draws from the global random numbers and ignores the generator.

Loses: 2.5.2
Cause: none
"""

import math

import torch


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * float(sigma / sigmas[-1]) ** 2
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigma) + math.sqrt(2 * a) * torch.randn_like(x)
    return x
