"""The right steps, but as floats.

Loses: 2.10.1, 2.10.2
Cause: none
"""

import torch


def ddim_timesteps(T, S):
    return (torch.arange(1, S + 1) * T // S).float()
