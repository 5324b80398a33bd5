"""Only the first item's σ_t is computed, and every item of the batch gets it.

Loses: 2.7.4
Cause: first_item
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    sigma_t = eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt()
    return sigma_t if sigma_t.ndim == 0 else sigma_t[0].expand_as(sigma_t)
