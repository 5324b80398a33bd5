"""One loop on its own whose noise is the paper's σ̂ = √β_t of the pair at η > 0, added to the mean of
σ(η).

Loses: 2.11.3, 2.11.4, 2.11.7, 2.11.8, 2.11.9
Cause: fixed_large
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for i in range(len(tau), 0, -1):
        a_t, a_prev = alpha_bar[steps[i]], alpha_bar[steps[i - 1]]
        eps = eps_model(x_t, time_like(x_t, steps[i]))
        sigma_t = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
        x_0_pred = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        x_t = a_prev.sqrt() * x_0_pred + (1 - a_prev - sigma_t**2).clamp(min=0).sqrt() * eps
        if i > 1:
            x_t = x_t + eta * (1 - a_t / a_prev).sqrt() * noise_like(x_t, generator)
    return x_t
