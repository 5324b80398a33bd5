"""Returns a parameter, which is a tensor and more.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the form of an answer
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    return torch.nn.Parameter(torch.zeros_like(x_0))
