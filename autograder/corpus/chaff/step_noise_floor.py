"""σ_t is kept above 1e-5 where η > 0, in the last step, too.

Loses: 2.9.4
Cause: none
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    mean = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t
    return (mean + per_item(sigma_t.clamp(min=1e-5 if eta > 0 else 0.0), z) * z).to(x_t.dtype)
