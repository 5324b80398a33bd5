"""One root too many: σ_t is η times the fourth root of β̃_t.

Loses: 2.7.1, 2.7.2, 2.7.4
Cause: extra_root
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt().sqrt()
