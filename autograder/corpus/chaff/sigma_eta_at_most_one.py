"""η above 1 is cut down to 1, although any η ≥ 0 is asked for.

Loses: 2.7.2
Cause: eta_at_most_one
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return min(eta, 1.0) * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt()
