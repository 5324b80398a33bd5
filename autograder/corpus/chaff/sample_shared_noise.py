"""One noise image is drawn in each step for the whole batch.

Loses: 2.11.3, 2.11.4, 2.11.7, 2.11.8, 2.11.9
Cause: shared_noise
"""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t[:1], generator).expand_as(x_t))
    return x_t
