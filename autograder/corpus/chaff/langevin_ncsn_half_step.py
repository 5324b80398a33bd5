"""NCSN's form: η/2 times the score and √η z.

Loses: 2.4.1
Cause: ncsn_half_step
"""

import math

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x = x + step_size / 2 * score_fn(x) + math.sqrt(step_size) * noise_like(x, generator)
    return x
