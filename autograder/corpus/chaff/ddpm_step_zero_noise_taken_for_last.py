"""z = 0 is taken for the sign of the last step, so that x_0_pred is returned.

Loses: 1.5.1
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    if not z.any():
        return x_0_pred
    return (mean + per_item(variance.sqrt(), z) * z).to(x_t.dtype)
