"""The predicted clean data is clipped to [−1, 1] in the DDPM step and in the DDIM step.

Loses: 1.5.1, 1.5.2, 1.5.3, 1.5.4, 1.5.5, 1.5.6, 2.9.1, 2.9.2, 2.9.3, 2.9.4, 2.9.5, 2.9.6, 2.9.7
Cause: x_0_clipped
"""

from diffusion.tensors import per_item


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps).clamp(-1, 1)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + per_item(variance.sqrt(), z) * z).to(x_t.dtype)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps).clamp(-1, 1)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x_prev = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t + per_item(sigma_t, z) * z
    return x_prev.to(x_t.dtype)
