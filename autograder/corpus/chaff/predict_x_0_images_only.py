"""One ᾱ_t for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 1.2.2
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def predict_x_0(x_t, alpha_bar_t, eps):
    alpha_bar_t = _along_the_batch(alpha_bar_t)
    return ((x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()).to(x_t.dtype)
