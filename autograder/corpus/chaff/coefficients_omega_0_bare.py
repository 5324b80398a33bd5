"""ω_0 = √ᾱ_prev: the clean data inside ω_t x_t is not taken off.

Loses: 2.8.2, 2.8.5, 2.8.6
Cause: omega_0_bare
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt()
    return omega_0, omega_t, 0.0
