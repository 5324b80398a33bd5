"""z = 0 is taken for the sign that the probability-flow ODE is meant.

Loses: 2.6.1
Cause: none
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    weight = 1.0 if z.any() else 0.5
    return (x + (beta * x / 2 + weight * beta * score) * dt + (beta * dt).sqrt() * z).to(x.dtype)
