"""The variance is kept above 1e-12, so that even the last step gets a little noise.

Loses: 1.5.3
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + per_item(variance.clamp(min=1e-12).sqrt(), z) * z).to(x_t.dtype)
