"""The score without its minus sign: it points away from the data.

Loses: 2.1.1, 2.1.2, 2.1.3
Cause: score_sign
"""

from diffusion.tensors import per_item


def score_from_eps(eps, alpha_bar_t):
    return (eps / (1 - per_item(alpha_bar_t, eps)).sqrt()).to(eps.dtype)
