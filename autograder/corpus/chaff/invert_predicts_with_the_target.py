"""x_0 is predicted with ᾱ of the step that it goes to, not of the step where it is, so the state never
moves.

Loses: 2.12.1, 2.12.2
Cause: predicts_with_the_target
"""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, steps = x_0, [0, *tau.tolist()]
    for _, t in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(predict_x_0(x_t, alpha_bar[t], eps), alpha_bar[t], eps)
    return x_t
