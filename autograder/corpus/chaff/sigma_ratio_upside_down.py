"""The ratio stands on its head: (1 − ᾱ_t)/(1 − ᾱ_prev).

Wrong: 2.7
Cause: ratio_upside_down
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_t) / (1 - alpha_bar_prev) * beta_t).sqrt()
