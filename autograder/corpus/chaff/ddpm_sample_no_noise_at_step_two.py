"""Noise is added only if t > 2 instead of t > 1, so the last step but one has none.

Loses: 1.6.2, 1.6.3, 1.6.5, 1.6.6
Cause: noise_missing_before_the_last
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        z = noise_like(x_t, generator) if t > 2 else torch.zeros_like(x_t)
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x_t
