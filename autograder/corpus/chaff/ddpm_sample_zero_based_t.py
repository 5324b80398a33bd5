"""The model is told t − 1, as in 0-based code.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Cause: asks_zero_based
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t - 1))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    return x_t
