"""`eta or 1.0`: η = 0 counts as not given.

Loses: 2.9.1, 2.9.7
Cause: none
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    eta = eta or 1.0
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    mean = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t
    return (mean + per_item(sigma_t, z) * z).to(x_t.dtype)
