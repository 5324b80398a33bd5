"""Noise from torch.rand, uniform and not even centred, instead of torch.randn.

Loses: 1.6.2, 1.6.3, 1.6.5, 1.6.6
Cause: noise_not_normal
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        z = torch.rand(x_t.shape, generator=generator, dtype=x_t.dtype, device=x_t.device)
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x_t
