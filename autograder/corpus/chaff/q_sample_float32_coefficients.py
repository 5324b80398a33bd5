"""Coefficients are rounded to float32 before use, so a float64 state is right to seven digits only.

Loses: 1.1.3
Cause: none
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    a = per_item(alpha_bar_t, x_0).float()
    return (a.sqrt() * x_0 + (1 - a).sqrt() * eps).to(x_0.dtype)
