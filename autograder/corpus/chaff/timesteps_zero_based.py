"""0-based: from 0 to T − 1.

Wrong: 2.10
Cause: timesteps_zero_based
"""

import torch


def ddim_timesteps(T, S):
    return torch.linspace(0, T - 1, S, dtype=torch.float64).round().long()
