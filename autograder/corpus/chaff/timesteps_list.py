"""The right steps as a Python list.

Wrong: 2.10
Cause: none
"""


def ddim_timesteps(T, S):
    return [i * T // S for i in range(1, S + 1)]
