"""The right steps, from T downwards.

Loses: 2.10.1, 2.10.2
Cause: descending
"""

import torch


def ddim_timesteps(T, S):
    return (torch.arange(1, S + 1) * T // S).flip(0)
