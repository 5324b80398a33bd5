"""One ᾱ_t for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 1.1.2
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = _along_the_batch(alpha_bar_t)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
