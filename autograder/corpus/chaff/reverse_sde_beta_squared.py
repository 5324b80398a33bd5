"""β is taken for g, so that g² becomes β² in front of the score and β in front of the noise.

Loses: 2.6.1, 2.6.2, 2.6.3
Cause: beta_squared
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 + beta**2 * score) * dt + beta * dt**0.5 * z).to(x.dtype)
