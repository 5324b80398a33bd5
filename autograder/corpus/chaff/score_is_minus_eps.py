"""The score is taken to be −ε, without the scale.

Loses: 2.1.1, 2.1.2, 2.1.3
Cause: score_is_minus_eps
"""


def score_from_eps(eps, alpha_bar_t):
    return -eps
