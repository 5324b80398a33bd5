"""The slides' β_t outside the root in both places where it is printed: the DDPM step's noise and σ_t.

Loses: 1.5.2, 1.5.4, 1.5.5, 1.5.6, 2.7.1, 2.7.2, 2.7.4
Cause: beta_outside_root
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, _ = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    std = ((1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt() * (1 - alpha_bar_t / alpha_bar_prev)
    return (mean + per_item(std, z) * z).to(x_t.dtype)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt() * (1 - alpha_bar_t / alpha_bar_prev)
