"""A missing parenthesis: only the noise is divided by √ᾱ_t, not the state.

Loses: 1.2.1, 1.2.2, 1.2.3
Cause: parenthesis
"""

from diffusion.tensors import per_item


def predict_x_0(x_t, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_t)
    return (x_t - (1 - alpha_bar_t).sqrt() * eps / alpha_bar_t.sqrt()).to(x_t.dtype)
