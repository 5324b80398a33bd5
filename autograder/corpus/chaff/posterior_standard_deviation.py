"""Returns the posterior's standard deviation where its variance is asked for.

Loses: 1.4.2, 1.4.3, 1.4.5
Cause: standard_deviation
"""

from diffusion.tensors import per_item


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1 - alpha_t
    weight_0 = alpha_bar_prev.sqrt() * beta_t / (1 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    mean = per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t
    variance = ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt()
    return mean.to(x_t.dtype), variance
