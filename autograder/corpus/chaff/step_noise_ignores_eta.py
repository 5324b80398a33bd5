"""The noise is the DDPM's at every η; only the direction knows η.

Loses: 2.9.1, 2.9.2, 2.9.5, 2.9.6, 2.9.7
Cause: eta_ignored
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    alpha_bar_t, alpha_bar_prev = per_item(alpha_bar_t, x_t), per_item(alpha_bar_prev, x_t)
    sigma_t = eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)).sqrt()
    x_0_pred = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    direction = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0).sqrt() * eps
    sigma_ddpm = ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)).sqrt()
    x_prev = alpha_bar_prev.sqrt() * x_0_pred + direction + sigma_ddpm * z
    return x_prev.to(x_t.dtype)
