"""The prediction is squeezed: a column (B, 1) becomes (B,), and its difference from ε broadcasts to (B, B).

Loses: 1.3.1
Cause: none
"""


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t).squeeze() - eps).square().mean()
