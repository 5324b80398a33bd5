"""Half the score, as in the probability-flow ODE, but with the noise of the SDE.

Loses: 2.6.1, 2.6.2, 2.6.3
Cause: probability_flow
"""

from diffusion.tensors import per_item


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    return (x + (beta * x / 2 + beta * score / 2) * dt + (beta * dt).sqrt() * z).to(x.dtype)
