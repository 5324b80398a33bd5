"""One pair for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 1.4.3
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight_0 = alpha_bar_prev.sqrt() * (1 - alpha_t) / (1 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    mean = _along_the_batch(weight_0) * x_0 + _along_the_batch(weight_t) * x_t
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)
    return mean.to(x_t.dtype), variance
