"""The noise is divided by 1 − ᾱ_t instead of its root.

Loses: 2.1.1, 2.1.2, 2.1.3
Cause: score_not_rooted
"""

from diffusion.tensors import per_item


def score_from_eps(eps, alpha_bar_t):
    return (-eps / (1 - per_item(alpha_bar_t, eps))).to(eps.dtype)
