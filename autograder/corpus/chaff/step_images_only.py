"""One σ_t for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 2.9.5
Cause: none
"""

from diffusion.tensors import per_item


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    mean = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t
    return (mean + _along_the_batch(sigma_t) * z).to(x_t.dtype)
