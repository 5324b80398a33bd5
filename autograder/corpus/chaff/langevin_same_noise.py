"""The noise is drawn once and used again at every step.

Loses: 2.4.1
Cause: same_noise
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    z = noise_like(x, generator)
    for _ in range(num_steps):
        x = x + step_size * score_fn(x) + math.sqrt(2 * step_size) * z
    return x
