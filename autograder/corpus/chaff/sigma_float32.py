"""σ_t is returned in float32.

Loses: 2.7.4
Cause: none
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt().float()
