"""σ_t stands in the radicand without its square; a clamp hides where that turns negative.

Loses: 2.8.1, 2.8.2, 2.8.3, 2.8.5, 2.8.6
Cause: sigma_not_squared
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, 0.0
