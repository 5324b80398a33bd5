"""Goes through τ from the last step to the first.

Loses: 2.12.1, 2.12.2
Cause: inversion_backwards
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, steps = x_0, [0, *tau.tolist()]
    for t_prev, t in list(zip(steps, steps[1:]))[::-1]:
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(predict_x_0(x_t, alpha_bar[t_prev], eps), alpha_bar[t], eps)
    return x_t
