"""The variance is kept above 1e-3, for stability.

Loses: 2.2.1
Cause: none
"""

from diffusion.tensors import per_item


def tweedie_mean(x, score, variance):
    return (x + per_item(variance.clamp(min=1e-3), x) * score).to(x.dtype)
