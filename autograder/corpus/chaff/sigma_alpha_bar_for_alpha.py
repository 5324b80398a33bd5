"""β_t is taken as 1 − ᾱ_t: ᾱ read as α.

Wrong: 2.7
Cause: alpha_bar_for_alpha
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t)).sqrt()
