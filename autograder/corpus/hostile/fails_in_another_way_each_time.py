"""Gives a wrong answer first, and something else at each later call: an exception, NaN, the end of the process.
What stops it: whatever becomes of a call, it is an outcome, also when Hypothesis asks again.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, each of its ends is the end of a call, which costs the check that made it.
Ends: wrong, raised
"""

import os

CALLS = []


def q_sample(x_0, alpha_bar_t, eps):
    CALLS.append(1)
    if len(CALLS) == 2:
        raise ValueError("something else")
    if len(CALLS) == 4:
        os._exit(4)
    return torch.zeros_like(x_0) if len(CALLS) == 1 else x_0 * float("nan")
