"""σ_t as the slide prints it: η √((1 − ᾱ_prev)/(1 − ᾱ_t)) β_t, with β_t outside the root.

Loses: 2.7.1, 2.7.2, 2.7.4
Cause: beta_outside_root
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt() * beta_t
