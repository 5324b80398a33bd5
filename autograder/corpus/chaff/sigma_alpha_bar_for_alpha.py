"""β_t is taken as 1 − ᾱ_t: ᾱ read as α.

Loses: 2.7.1, 2.7.2, 2.7.4
Cause: noise_at_its_maximum
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t)).sqrt()
