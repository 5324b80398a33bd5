"""Without a generator no noise is drawn, instead of torch's own.

Loses: 1.6.4
Cause: none
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        z = noise_like(x_t, generator) if generator is not None else torch.zeros_like(x_t)
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x_t
