"""The score is multiplied by the standard deviation instead of the variance.

Loses: 2.2.1, 2.2.2, 2.2.3
Cause: standard_deviation
"""

from diffusion.tensors import per_item


def tweedie_mean(x, score, variance):
    return (x + per_item(variance, x).sqrt() * score).to(x.dtype)
