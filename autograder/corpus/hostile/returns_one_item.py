"""Returns a tensor of shape (1,), which would broadcast to any shape, with the first right number.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the form of an answer
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    return right(x_0, alpha_bar_t, eps).flatten()[:1]
