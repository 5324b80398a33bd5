"""The forward drift −½βx is taken as it is, although time runs backwards.

Loses: 2.6.1, 2.6.2, 2.6.3
Cause: forward_drift
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (-beta * x / 2 + beta * score) * dt + (beta * dt).sqrt() * z).to(x.dtype)
