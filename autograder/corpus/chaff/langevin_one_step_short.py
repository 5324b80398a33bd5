"""One step too few.

Loses: 2.4.1, 2.4.2, 2.4.3
Cause: one_step_short
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(1, num_steps):
        x = x + step_size * score_fn(x) + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x
