"""The predicted clean data is clipped to [−1, 1], as libraries do by default.

Loses: 1.2.1, 1.2.2, 1.2.3
Cause: x_0_clipped
"""

from diffusion.tensors import per_item


def predict_x_0(x_t, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_t)
    x_0_pred = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    return x_0_pred.clamp(-1, 1).to(x_t.dtype)
