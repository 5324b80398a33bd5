"""The loss is computed under no_grad, so nothing can be trained by it.

Loses: 1.3.2
Cause: none
"""

import torch


@torch.no_grad()
def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t) - eps).square().mean()
