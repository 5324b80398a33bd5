"""Where ᾱ_prev, a number alone, is nearly 1, the mean is that of the last step: a comparison with a tolerance.

Loses: 1.4.1
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight_0 = alpha_bar_prev.sqrt() * (1 - alpha_t) / (1 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    mean = per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t
    if alpha_bar_prev.ndim == 0 and alpha_bar_prev > 0.999:
        mean = x_0
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)
    return mean.to(x_t.dtype), variance
