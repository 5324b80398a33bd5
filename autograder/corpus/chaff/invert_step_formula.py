"""Uses the step formula with the two ᾱ swapped, which divides by 1 − ᾱ_0 = 0: NaN from the first step on.

Loses: 2.12.1, 2.12.2
Cause: not_a_number
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, steps = x_0, [0, *tau.tolist()]
    for t_prev, t in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t))
        omega_t = ((1 - alpha_bar[t]) / (1 - alpha_bar[t_prev])).sqrt()
        omega_0 = alpha_bar[t].sqrt() - alpha_bar[t_prev].sqrt() * omega_t
        x_t = omega_0 * predict_x_0(x_t, alpha_bar[t_prev], eps) + omega_t * x_t
    return x_t
