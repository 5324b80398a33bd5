"""Returns integers, rounded answers that no tolerance was meant for.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the form of an answer
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    return right(x_0, alpha_bar_t, eps).to(torch.int64)
