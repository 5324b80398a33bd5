"""The score is taken to be −ε, without the scale.

Wrong: 2.1
Cause: score_is_minus_eps
"""


def score_from_eps(eps, alpha_bar_t):
    return -eps
