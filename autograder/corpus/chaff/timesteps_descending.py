"""The right steps, from T downwards.

Wrong: 2.10
Cause: descending
"""

import torch


def ddim_timesteps(T, S):
    return (torch.arange(1, S + 1) * T // S).flip(0)
