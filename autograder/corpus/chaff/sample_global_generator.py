"""Draws from the global random numbers and ignores the generator.

Loses: 2.11.6
Cause: none
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, torch.randn_like(x_t))
    return x_t
