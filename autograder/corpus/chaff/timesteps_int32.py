"""τ is of int32.

Loses: 2.10.1
Cause: none
"""

import torch


def ddim_timesteps(T, S):
    return (torch.arange(1, S + 1) * T // S).to(torch.int32)
