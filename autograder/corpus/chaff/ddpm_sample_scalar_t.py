"""The model gets t of shape (1,) instead of (B,).

Loses: 1.6.1
Cause: none
"""

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, torch.tensor([t], device=x_t.device))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    return x_t
