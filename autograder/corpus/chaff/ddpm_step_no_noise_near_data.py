"""No noise where ᾱ_prev, a number alone, is nearly 1, instead of where it is 1: a comparison with a tolerance.

Loses: 1.5.2
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    noisy = 1.0 if alpha_bar_prev.ndim else 1 - alpha_bar_prev > 1.5e-4
    return (mean + per_item(noisy * variance.sqrt(), z) * z).to(x_t.dtype)
