"""Multiplies a tensor of whole numbers by T / S, which torch does in float32, and cuts off.

Loses: 2.10.1, 2.10.2
Cause: inexact_division
"""

import torch


def ddim_timesteps(T, S):
    return (torch.arange(1, S + 1) * (T / S)).long()
