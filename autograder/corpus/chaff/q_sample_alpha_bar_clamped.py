"""ᾱ_t is kept away from 1, as if the root of 0 were a danger.

Loses: 1.1.1
Cause: none
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t.clamp(max=0.99999), x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
