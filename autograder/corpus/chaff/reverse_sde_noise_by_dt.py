"""The noise is √β dt z: dt came out of the root.

Wrong: 2.6
Cause: noise_by_dt
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 + beta * score) * dt + beta.sqrt() * dt * z).to(x.dtype)
