"""Returns ω_t first and ω_0 second.

Loses: 2.8.1, 2.8.2, 2.8.3, 2.8.4, 2.8.5, 2.8.6
Cause: omegas_swapped
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_t, omega_0, 0.0
