"""dt is kept above 1e-3 in the noise, for stability.

Loses: 2.6.2
Cause: none
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 + beta * score) * dt + (beta * max(dt, 1e-3)).sqrt() * z).to(x.dtype)
