"""β_t is clipped at 0.2 in the sampler, which the linear schedule does not notice.

Loses: 1.6.2
Cause: none
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        alpha_bar_prev = torch.minimum(alpha_bar[t - 1], 1.25 * alpha_bar[t])
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar_prev, noise_like(x_t, generator))
    return x_t
