"""The noise is drawn once and used again at every step.

Loses: 1.6.2, 1.6.3, 1.6.5, 1.6.6
Cause: same_noise
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    z = noise_like(x_T, generator)
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x_t
