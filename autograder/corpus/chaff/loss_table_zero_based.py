"""The table is read at t − 1, as if it began at step 1.

Loses: 1.3.1, 1.3.2, 1.3.3
Cause: table_zero_based
"""


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t - 1], eps)
    return (eps_model(x_t, t) - eps).square().mean()
