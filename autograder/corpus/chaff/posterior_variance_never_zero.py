"""The variance, where it is a number alone, is kept above 1e-10, as for a logarithm, at the last step, too.

Loses: 1.4.4
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight_0 = alpha_bar_prev.sqrt() * (1 - alpha_t) / (1 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    mean = per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)
    if variance.ndim == 0:
        variance = variance.clamp(min=1e-10)
    return mean.to(x_t.dtype), variance
