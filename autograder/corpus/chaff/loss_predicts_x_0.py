"""The model's answer is held against the clean data instead of the noise.

Loses: 1.3.1, 1.3.2, 1.3.3
Cause: loss_predicts_x_0
"""


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t) - x_0).square().mean()
