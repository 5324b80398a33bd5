"""β_t is taken from the noise levels, 1 − (1 − ᾱ_t)/(1 − ᾱ_prev), which is below 0: its root is NaN.

Loses: 2.7.1, 2.7.2, 2.7.3, 2.7.4
Cause: not_a_number
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    late, early = 1 - alpha_bar_t, 1 - alpha_bar_prev
    return (eta**2 * early / late * (1 - late / early)).sqrt()
