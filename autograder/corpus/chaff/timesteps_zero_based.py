"""0-based: from 0 to T − 1.

Loses: 2.10.1, 2.10.2
Cause: timesteps_zero_based
"""

import torch


def ddim_timesteps(T, S):
    return torch.linspace(0, T - 1, S, dtype=torch.float64).round().long()
