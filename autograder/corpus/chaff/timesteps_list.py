"""The right steps as a Python list.

Loses: 2.10.1, 2.10.2
Cause: none
"""


def ddim_timesteps(T, S):
    return [i * T // S for i in range(1, S + 1)]
