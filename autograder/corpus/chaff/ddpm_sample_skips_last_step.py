"""The chain stops at x_1: the step 1 → 0 is missing, one call too few.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Cause: skips_last_step
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 1, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    return x_t
