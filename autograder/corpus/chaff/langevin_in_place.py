"""x += …: the caller's tensor is changed.

Loses: 2.4.3
Cause: none
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x += step_size * score_fn(x) + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x
