"""The whole reverse drift −½βx − β·score is added with dt > 0 instead of undone.

Loses: 2.6.1, 2.6.2, 2.6.3
Cause: time_not_turned
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (-beta * x / 2 - beta * score) * dt + (beta * dt).sqrt() * z).to(x.dtype)
