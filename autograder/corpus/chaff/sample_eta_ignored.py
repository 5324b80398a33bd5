"""η is not handed on: every step is made at η = 0.

Loses: 2.11.3, 2.11.4, 2.11.6, 2.11.7, 2.11.8, 2.11.9
Cause: eta_taken_as_zero
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], 0.0, noise_like(x_t, generator))
    return x_t
