"""Tweedie's formula with a minus sign.

Wrong: 2.2
Cause: tweedie_minus
"""

from diffusion.tensors import per_item


def tweedie_mean(x, score, variance):
    return (x - per_item(variance, x) * score).to(x.dtype)
