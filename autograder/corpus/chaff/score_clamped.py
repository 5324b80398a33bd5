"""1 − ᾱ_t is kept above 2e-5, against a division by zero.

Loses: 2.1.1
Cause: none
"""

from diffusion.tensors import per_item


def score_from_eps(eps, alpha_bar_t):
    return (-eps / per_item((1 - alpha_bar_t).clamp(min=2e-5), eps).sqrt()).to(eps.dtype)
