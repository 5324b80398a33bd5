"""Returns ω_t first and ω_0 second.

Wrong: 2.8
Cause: omegas_swapped
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_t, omega_0, 0.0
