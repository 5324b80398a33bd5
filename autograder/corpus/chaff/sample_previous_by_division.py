"""The step before t is t − T // S, as in diffusers, instead of the next smaller step of τ.

Loses: 2.11.2, 2.11.3
Cause: previous_by_division
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, tau.tolist()
    T, S = len(alpha_bar) - 1, len(tau)
    for t, t_prev in [(t, max(t - T // S, 0)) for t in reversed(steps)]:
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t, generator))
    return x_t
