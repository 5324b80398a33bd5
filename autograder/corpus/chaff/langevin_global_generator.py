"""Draws from the global random numbers and ignores the generator.

Loses: 2.4.2
Cause: none
"""

import math

import torch


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x = x + step_size * score_fn(x) + math.sqrt(2 * step_size) * torch.randn_like(x)
    return x
