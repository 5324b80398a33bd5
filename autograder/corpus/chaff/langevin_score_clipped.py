"""The score is clipped at ±10, for stability.

Loses: 2.4.1
Cause: none
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        score = score_fn(x).clamp(-10, 10)
        x = x + step_size * score + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x
