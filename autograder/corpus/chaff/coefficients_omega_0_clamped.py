"""1 − ᾱ_t is kept above 1e-3 in ω₀ where it is a number alone, against a division by zero.

Loses: 2.8.2
Cause: none
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t.square()).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt()
    rest = 1 - alpha_bar_t if alpha_bar_t.ndim else (1 - alpha_bar_t).clamp(min=1e-3)
    clamped = (radicand / rest).sqrt()
    return alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * clamped, omega_t, 0.0
