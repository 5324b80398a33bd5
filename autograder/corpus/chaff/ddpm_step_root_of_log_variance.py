"""The standard deviation is the root of the variance's logarithm, which is negative: NaN.

Loses: 1.5.1, 1.5.2, 1.5.3, 1.5.4, 1.5.5, 1.5.6
Cause: not_a_number
"""


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    log_variance = variance.clamp(min=1e-20).log()
    return (mean + per_item(log_variance.sqrt(), z) * z).to(x_t.dtype)
