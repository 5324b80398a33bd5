"""Coefficients get one trailing axis whatever the state, which is right for points (B, 2) and wrong for
images.

Loses: 1.5.4, 1.5.5
Cause: none
"""


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    if alpha_bar_t.ndim == 1:
        alpha_bar_t, alpha_bar_prev = alpha_bar_t[:, None], alpha_bar_prev[:, None]
    alpha_t = alpha_bar_t / alpha_bar_prev
    mean = (x_t - (1 - alpha_t) / (1 - alpha_bar_t).sqrt() * eps) / alpha_t.sqrt()
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)
    return (mean + variance.sqrt() * z).to(x_t.dtype)
