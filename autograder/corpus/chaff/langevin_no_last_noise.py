"""The last step adds no noise, a habit from samplers of diffusion models.

Loses: 2.4.1
Cause: last_noise_missing
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for i in range(num_steps):
        x = x + step_size * score_fn(x)
        if i < num_steps - 1:
            x = x + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x
