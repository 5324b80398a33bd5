"""The slide's noise √((1 − ᾱ_prev)/(1 − ᾱ_t)) β_t, with β_t outside the root.

Loses: 1.5.2, 1.5.4, 1.5.5, 1.5.6
Cause: beta_outside_root
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    x_prev = mean + per_item(((1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt() * beta_t, z) * z
    return x_prev.to(x_t.dtype)
