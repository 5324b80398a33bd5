"""T = 1000 is written into the chain.

Loses: 1.6.1, 1.6.2, 1.6.4, 1.6.5, 1.6.6
Cause: none
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(1000, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    return x_t
