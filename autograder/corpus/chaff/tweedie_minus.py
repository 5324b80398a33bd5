"""Tweedie's formula with a minus sign.

Loses: 2.2.1, 2.2.2, 2.2.3
Cause: tweedie_minus
"""

from diffusion.tensors import per_item


def tweedie_mean(x, score, variance):
    return (x - per_item(variance, x) * score).to(x.dtype)
