"""Asks the model without end, to wear out the grader or to find the data behind it.
What stops it: it answers a few times more than there are steps, and then no more.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
"""


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    t = torch.ones(x_T.shape[0], dtype=torch.int64)
    for _ in range(1_000_000):
        x_T = x_T - 1e-3 * eps_model(x_T, t)
    return x_T
