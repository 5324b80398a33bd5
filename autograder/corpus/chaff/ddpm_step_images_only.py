"""One σ_t for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 1.5.4
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + _along_the_batch(variance.sqrt()) * z).to(x_t.dtype)
