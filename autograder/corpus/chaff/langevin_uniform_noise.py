"""Uniform noise of the right mean and variance instead of normal noise.

Loses: 2.4.1
Cause: noise_not_normal
"""

import math

import torch


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        u = torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device)
        x = x + step_size * score_fn(x) + math.sqrt(2 * step_size) * math.sqrt(12) * (u - 0.5)
    return x
