"""The forward jump multiplies the noise by 1 − ᾱ_t, a variance, instead of its root.

Loses: 1.1.1, 1.1.2, 1.1.3
Cause: noise_not_rooted
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t) * eps).to(x_0.dtype)
