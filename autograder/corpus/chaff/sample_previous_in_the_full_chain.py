"""Each step goes from t to t − 1 of the full chain, whatever τ says.

Loses: 2.11.2, 2.11.3, 2.11.7, 2.11.8, 2.11.9
Cause: previous_in_the_full_chain
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, tau.tolist()
    for t, t_prev in [(t, t - 1) for t in reversed(steps)]:
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t, generator))
    return x_t
