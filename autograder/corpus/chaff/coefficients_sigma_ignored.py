"""σ_t is ignored: the direction is √(1 − ᾱ_prev) whatever the noise.

Loses: 2.8.1, 2.8.3, 2.8.4, 2.8.5, 2.8.6
Cause: direction_ignores_sigma
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = 1 - alpha_bar_prev
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, 0.0
