"""The noise is √η z instead of √(2η) z.

Loses: 2.4.1
Cause: two_missing_under_root
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x = x + step_size * score_fn(x) + math.sqrt(step_size) * noise_like(x, generator)
    return x
