"""ω_t = √(1 − ᾱ_prev − σ²), the factor of the noise rather than of x_t: the division by √(1 − ᾱ_t) is
missing.

Loses: 2.8.1, 2.8.3, 2.8.5, 2.8.6
Cause: omega_t_bare
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0)
    omega_t = radicand.sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, 0.0
