"""A batch of one item is squeezed.

Loses: 1.1.2
Cause: none
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
    return (x_t.squeeze(0) if len(x_0) == 1 else x_t).to(x_0.dtype)
