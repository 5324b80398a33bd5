"""Uniform noise of the right mean and variance instead of normal noise.

Loses: 2.11.3, 2.11.4, 2.11.7
Cause: noise_not_normal
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        u = torch.rand(x_t.shape, generator=generator, dtype=x_t.dtype, device=x_t.device)
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, 12**0.5 * (u - 0.5))
    return x_t
