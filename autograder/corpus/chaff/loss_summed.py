"""The squared errors are summed over the pixels and averaged over the batch only.

Loses: 1.3.1, 1.3.2, 1.3.3
Cause: loss_summed
"""


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t) - eps).square().sum() / x_0.shape[0]
