"""Returns a tensor without numbers, on the meta device.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, a tensor without numbers raises where it is turned into bytes, in the worker.
Ends: raised
"""


def q_sample(x_0, alpha_bar_t, eps):
    return torch.empty_like(x_0, device="meta")
