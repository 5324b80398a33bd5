"""A name that does not exist, on the path with noise only.

Loses: 2.9.2, 2.9.3, 2.9.4, 2.9.5, 2.9.6, 2.9.7
Cause: none
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    x_prev = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t
    if eta > 0:
        x_prev = x_prev + per_item(sigma, z) * z
    return x_prev.to(x_t.dtype)
