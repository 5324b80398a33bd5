"""The forward jump is made in place and changes the caller's x_0 and eps.

Loses: 1.1.3
Cause: none
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    x_0 *= alpha_bar_t.sqrt()
    eps *= (1 - alpha_bar_t).sqrt()
    return x_0 + eps
