"""Coefficients of shape (B,) are multiplied as they are: along the last axis, or not at all.

Loses: 2.9.5, 2.9.6
Cause: none
"""


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    return (omega_0 * x_0_pred + omega_t * x_t + sigma_t * z).to(x_t.dtype)
