"""range(1, T + 1, T // S): the wrong count where S does not divide T, and T is missing.

Loses: 2.10.1, 2.10.2
Cause: range_from_one
"""

import torch


def ddim_timesteps(T, S):
    return torch.arange(1, T + 1, T // S)
