"""The answer is squeezed, so a batch of one item loses its dimension.

Loses: 2.8.5
Cause: none
"""


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    radicand = (1 - alpha_bar_prev - sigma_t.square()).clamp(min=0)
    omega_t = (radicand / (1 - alpha_bar_t)).sqrt().squeeze()
    return (alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t).squeeze(), omega_t, 0.0
