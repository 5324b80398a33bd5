"""The DDPM step with variance β_t, the paper's other choice ("fixed large").

Loses: 1.5.2, 1.5.3, 1.5.4, 1.5.5, 1.5.6
Cause: fixed_large
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    x_prev = mean + per_item((1 - alpha_bar_t / alpha_bar_prev).sqrt(), z) * z
    return x_prev.to(x_t.dtype)
