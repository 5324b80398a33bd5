"""Tables by steps of τ, and σ read at the wrong one: σ[i − 1], the next step's, instead of σ[i].

Loses: 2.11.3, 2.11.4, 2.11.7, 2.11.8, 2.11.9
Cause: sigma_of_the_step_before
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    steps = [0, *tau.tolist()]
    a = alpha_bar[steps]
    sigma = torch.zeros_like(a)
    sigma[1:] = eta * ((1 - a[:-1]) / (1 - a[1:]) * (1 - a[1:] / a[:-1])).sqrt()
    x_t = x_T
    for i in range(len(tau), 0, -1):
        eps = eps_model(x_t, time_like(x_t, steps[i]))
        x_0_pred = (x_t - (1 - a[i]).sqrt() * eps) / a[i].sqrt()
        direction = (1 - a[i - 1] - sigma[i - 1] ** 2).clamp(min=0).sqrt() * eps
        x_t = a[i - 1].sqrt() * x_0_pred + direction + sigma[i - 1] * noise_like(x_t, generator)
    return x_t
