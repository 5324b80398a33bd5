"""ω_t with the negative root: the marginals stay right, but the step points away from x_t.

Loses: 2.8.3
Cause: negative_root
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0)
    omega_t = -(radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, 0.0
