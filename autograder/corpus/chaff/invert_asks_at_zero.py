"""Asks the model at the present step without the max(1, ·): the first call is at t = 0.

Loses: 2.12.1, 2.12.2
Cause: none
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, steps = x_0, [0, *tau.tolist()]
    for t_prev, t in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t_prev))
        x_t = q_sample(predict_x_0(x_t, alpha_bar[t_prev], eps), alpha_bar[t], eps)
    return x_t
