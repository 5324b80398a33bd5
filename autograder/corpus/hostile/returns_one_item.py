"""Returns a tensor of shape (1,), which would broadcast to any shape.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
"""


def q_sample(x_0, alpha_bar_t, eps):
    return torch.zeros(1, dtype=x_0.dtype)
