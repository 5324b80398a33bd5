"""The noise is multiplied by 2η instead of its root.

Loses: 2.4.1
Cause: noise_not_rooted
"""

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x = x + step_size * score_fn(x) + 2 * step_size * noise_like(x, generator)
    return x
