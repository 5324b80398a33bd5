"""τ is ignored: all the T steps are made.

Loses: 2.12.1, 2.12.2
Cause: subsequence_ignored
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t = x_0
    for t in range(1, len(alpha_bar)):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(predict_x_0(x_t, alpha_bar[t - 1], eps), alpha_bar[t], eps)
    return x_t
