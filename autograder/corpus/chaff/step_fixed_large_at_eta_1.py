"""At η = 1 the noise is that of the paper's other DDPM, σ_t = √β_t; the direction is right.

Loses: 2.9.3, 2.9.7
Cause: none
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    mean = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t
    if eta == 1 and (alpha_bar_prev < 1).all():
        sigma_t = (1 - alpha_bar_t / alpha_bar_prev).sqrt()
    return (mean + per_item(sigma_t, z) * z).to(x_t.dtype)
