"""Samples rightly, but asks the model thousands of times more, to wear out the grader or to find the data behind it.
What stops it: it answers a few times more than there are steps, and then no more.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Wall: model calls are counted
Ends: flooded
"""


def q_sample(x_0, alpha_bar_t, eps):
    return right(x_0, alpha_bar_t, eps)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    for t in range(len(alpha_bar) - 1, 0, -1):
        steps = torch.full(x_T.shape[:1], t)
        z = torch.randn(x_T.shape, generator=generator, dtype=x_T.dtype)
        x_T = ddpm_step(x_T, eps_model(x_T, steps), alpha_bar[t], alpha_bar[t - 1], z)
    for _ in range(2000):
        eps_model(x_T, steps)
    return x_T
