"""The whole step is computed in float32 and cast back: a float64 state loses half its digits.

Loses: 2.9.6
Cause: none
"""

from diffusion.tensors import per_item


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x, x_0_pred = x_t.float(), predict_x_0(x_t, alpha_bar_t, eps).float()
    x_prev = per_item(omega_0.float(), x) * x_0_pred + per_item(omega_t.float(), x) * x
    return (x_prev + per_item(sigma_t.float(), x) * z.float()).to(x_t.dtype)
