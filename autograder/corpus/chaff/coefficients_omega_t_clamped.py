"""1 − ᾱ_t is kept above 1e-3 in ω_t where it is a number alone, against a division by zero.

Loses: 2.8.1
Cause: none
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t.square()).clamp(min=0)
    rest = 1 - alpha_bar_t if alpha_bar_t.ndim else (1 - alpha_bar_t).clamp(min=1e-3)
    omega_t = (radicand / rest).sqrt()
    return alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t, omega_t, 0.0
