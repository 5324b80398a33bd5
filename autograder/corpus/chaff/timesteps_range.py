"""range(0, T, T // S): the wrong count where S does not divide T, and 0 and no T in it.

Loses: 2.10.1, 2.10.2
Cause: range_from_zero
"""

import torch


def ddim_timesteps(T, S):
    return torch.tensor(list(range(0, T, T // S)))
