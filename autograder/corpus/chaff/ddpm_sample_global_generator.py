"""Draws from the global random numbers and ignores the generator.

Loses: 1.6.4
Cause: none
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], torch.randn_like(x_t))
    return x_t
