"""One loop on its own with all coefficients in float32 and no clamp: inexact, and NaN where the radicand
turns negative.

Loses: 2.11.7
Cause: none
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    alpha_bar = alpha_bar.float()
    x_t, steps = x_T, [0, *tau.tolist()]
    for i in range(len(tau), 0, -1):
        a_t, a_prev = alpha_bar[steps[i]], alpha_bar[steps[i - 1]]
        eps = eps_model(x_t, time_like(x_t, steps[i]))
        sigma_t = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
        x_0_pred = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        direction = (1 - a_prev - sigma_t**2).sqrt() * eps
        x_t = a_prev.sqrt() * x_0_pred + direction + sigma_t * noise_like(x_t, generator)
    return x_t
