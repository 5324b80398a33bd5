"""The ratio stands on its head: (1 − ᾱ_t)/(1 − ᾱ_prev).

Loses: 2.7.1, 2.7.2, 2.7.3, 2.7.4
Cause: ratio_upside_down
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_t) / (1 - alpha_bar_prev) * beta_t).sqrt()
