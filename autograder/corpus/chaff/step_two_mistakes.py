"""Two mistakes at once: the direction is subtracted, and its root is missing.

Loses: 2.9.1, 2.9.2, 2.9.3, 2.9.5, 2.9.6, 2.9.7
Cause: root_missing+sign
"""


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    prev = per_item(alpha_bar_prev, x_t)
    sigma_t = per_item(ddim_sigma(alpha_bar_t, alpha_bar_prev, eta), x_t)
    return (prev.sqrt() * x_0_pred - (1 - prev - sigma_t.square()) * eps + sigma_t * z).to(x_t.dtype)
