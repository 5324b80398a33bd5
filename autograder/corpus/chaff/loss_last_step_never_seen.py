"""t is kept below T, as if the table ended there.

Loses: 1.3.1, 1.3.2, 1.3.3
Cause: none
"""


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    t = t.clamp(max=len(alpha_bar) - 2)
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return (eps_model(x_t, t) - eps).square().mean()
