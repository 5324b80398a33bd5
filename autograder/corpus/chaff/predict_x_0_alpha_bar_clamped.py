"""ᾱ_t is kept away from 1, where 1 − ᾱ_t is 0.

Loses: 1.2.1
Cause: none
"""

from diffusion.tensors import per_item


def predict_x_0(x_t, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t.clamp(max=0.99999), x_t)
    return ((x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()).to(x_t.dtype)
