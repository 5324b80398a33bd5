"""One ᾱ_t for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 2.1.2
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def score_from_eps(eps, alpha_bar_t):
    return (-eps / _along_the_batch(1 - alpha_bar_t).sqrt()).to(eps.dtype)
