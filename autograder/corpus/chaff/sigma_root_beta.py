"""σ_t = η √β_t, without the ratio (1 − ᾱ_prev)/(1 − ᾱ_t).

Loses: 2.7.1, 2.7.2, 2.7.3, 2.7.4
Cause: fixed_large
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * beta_t.sqrt()
