"""Each step jumps from x_0 itself instead of from the x_0 predicted at the present state.

Loses: 2.12.1, 2.12.2
Cause: jumps_from_the_data
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, steps = x_0, [0, *tau.tolist()]
    for _, t in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(x_0, alpha_bar[t], eps)
    return x_t
