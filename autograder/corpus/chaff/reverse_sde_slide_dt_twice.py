"""The slide's doubled dt: the drift f is multiplied by dt twice.

Loses: 2.6.1, 2.6.2, 2.6.3
Cause: dt_twice
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 * dt + beta * score) * dt + (beta * dt).sqrt() * z).to(x.dtype)
