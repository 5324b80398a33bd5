"""NCSN's form: a/2 times the score and √a z.

Loses: 2.5.1
Cause: ncsn_half_step
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * float(sigma / sigmas[-1]) ** 2
        for _ in range(steps_per_sigma):
            x = x + a / 2 * score_fn(x, sigma) + math.sqrt(a) * noise_like(x, generator)
    return x
