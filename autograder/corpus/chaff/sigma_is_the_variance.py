"""Returns σ_t² instead of σ_t.

Loses: 2.7.1, 2.7.2, 2.7.4
Cause: variance_for_sigma
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t
