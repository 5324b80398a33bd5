"""With all T steps it is the paper's other DDPM: σ_t = √β_t at η = 1.

Loses: 2.11.4
Cause: none
"""

from diffusion.tensors import per_item
import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        if eta == 1 and len(tau) == len(alpha_bar) - 1 and t_prev:
            mean = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], 1.0, torch.zeros_like(x_t))
            x_t = mean + (1 - alpha_bar[t] / alpha_bar[t_prev]).sqrt().to(x_t.dtype) * noise_like(x_t, generator)
            continue
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t, generator))
    return x_t
