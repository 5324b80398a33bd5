"""One loop on its own, whose σ uses the full table's β_t = 1 − ᾱ_t/ᾱ_{t−1}: right only where τ holds every
step.

Loses: 2.11.3, 2.11.7, 2.11.8, 2.11.9
Cause: table_beta_on_subsequence
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    betas = 1 - alpha_bar[1:] / alpha_bar[:-1]
    x_t, steps = x_T, [0, *tau.tolist()]
    for i in range(len(tau), 0, -1):
        t, a_t, a_prev = steps[i], alpha_bar[steps[i]], alpha_bar[steps[i - 1]]
        eps = eps_model(x_t, time_like(x_t, t))
        sigma_t = eta * ((1 - a_prev) / (1 - a_t) * betas[t - 1]).sqrt()
        x_0_pred = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        direction = (1 - a_prev - sigma_t**2).clamp(min=0).sqrt() * eps
        x_t = a_prev.sqrt() * x_0_pred + direction + sigma_t * noise_like(x_t, generator)
    return x_t
