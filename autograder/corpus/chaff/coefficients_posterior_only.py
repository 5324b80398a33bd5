"""The weights of the DDPM posterior whatever σ_t is: right at η = 1 alone.

Loses: 2.8.1, 2.8.3, 2.8.4, 2.8.5, 2.8.6
Cause: posterior_only
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    alpha_t = alpha_bar_t / alpha_bar_prev
    omega_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    omega_0 = alpha_bar_prev.sqrt() * (1 - alpha_t) / (1 - alpha_bar_t)
    return omega_0, omega_t, 0.0
