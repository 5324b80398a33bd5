"""Returns the posterior's mean and forgets the variance.

Loses: 1.4.1, 1.4.2, 1.4.3, 1.4.4, 1.4.5
Cause: none
"""

from diffusion.tensors import per_item


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight_0 = alpha_bar_prev.sqrt() * (1 - alpha_t) / (1 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    return (per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t).to(x_t.dtype)
