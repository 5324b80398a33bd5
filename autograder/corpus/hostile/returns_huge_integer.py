"""Returns an integer of 400 digits, and deep lists of it.
What stops it: an answer is a float tensor of exactly the right shape, finite and near enough everywhere.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the form of an answer
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    return [10**400, [[[10**400]]], {"x_t": -(10**400)}]
