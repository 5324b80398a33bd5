"""Begins from noise of its own and ignores x_T.

Loses: 1.6.3
Cause: starts_from_fresh_noise
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = noise_like(x_T, generator)
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    return x_t
