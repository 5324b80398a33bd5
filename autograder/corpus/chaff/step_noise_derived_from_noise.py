"""ε is derived again from the clean data, but with ε itself in the place of the clean data.

Loses: 2.9.1, 2.9.2, 2.9.3, 2.9.5, 2.9.6, 2.9.7
Cause: states_mixed_up
"""


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    a, prev = per_item(alpha_bar_t, x_t), per_item(alpha_bar_prev, x_t)
    eps = (x_t - a.sqrt() * eps) / (1 - a).sqrt()
    sigma_t = per_item(ddim_sigma(alpha_bar_t, alpha_bar_prev, eta), x_t)
    kept = (1 - prev - sigma_t.square()).clamp(min=0).sqrt()
    return (prev.sqrt() * x_0_pred + kept * eps + sigma_t * z).to(x_t.dtype)
