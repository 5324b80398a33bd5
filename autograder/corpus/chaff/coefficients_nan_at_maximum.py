"""No clamp: at the largest σ_t rounding leaves the radicand a hair below zero, and its root is NaN.

Loses: 2.8.4
Cause: none
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = 1 - alpha_bar_prev - sigma_t**2
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, 0.0
