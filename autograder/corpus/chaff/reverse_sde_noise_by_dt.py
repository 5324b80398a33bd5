"""The noise is √β dt z: dt came out of the root.

Loses: 2.6.2, 2.6.3
Cause: noise_by_dt
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 + beta * score) * dt + beta.sqrt() * dt * z).to(x.dtype)
