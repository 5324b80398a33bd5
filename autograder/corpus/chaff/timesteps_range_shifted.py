"""range(1, T + 1, T // S): the wrong count where S does not divide T, and T is missing.

Wrong: 2.10
Cause: range_from_one
"""

import torch


def ddim_timesteps(T, S):
    return torch.arange(1, T + 1, T // S)
