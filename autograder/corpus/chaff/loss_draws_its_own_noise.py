"""The loss draws noise of its own and ignores the noise that it was given.

Loses: 1.3.1, 1.3.2, 1.3.3
Cause: none
"""

import torch


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    eps = torch.randn_like(x_0)
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t) - eps).square().mean()
