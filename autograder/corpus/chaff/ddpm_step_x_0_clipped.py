"""The predicted clean data is clipped to [−1, 1] inside the DDPM step.

Loses: 1.5.1, 1.5.2, 1.5.3, 1.5.4, 1.5.5, 1.5.6
Cause: x_0_clipped
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps).clamp(-1, 1)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    x_prev = mean + per_item(variance.sqrt(), z) * z
    return x_prev.to(x_t.dtype)
