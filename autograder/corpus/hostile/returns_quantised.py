"""Returns a quantised tensor.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the form of an answer
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    return torch.quantize_per_tensor(x_0.float(), 0.1, 0, torch.qint8)
