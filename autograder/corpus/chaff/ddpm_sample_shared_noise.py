"""One noise image is drawn in each step for the whole batch.

Loses: 1.6.2, 1.6.3, 1.6.5
Cause: shared_noise
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t[:1], generator).expand_as(x_t))
    return x_t
