"""Returns σ_t² instead of σ_t.

Wrong: 2.7
Cause: variance_for_sigma
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t
