"""Adds T / S to multiples of T / S and cuts off: for some S, such as 6, it ends at T − 1.

Loses: 2.10.1, 2.10.2
Cause: inexact_division
"""

import numpy as np
import torch


def ddim_timesteps(T, S):
    return torch.from_numpy((np.arange(0, T, T / S) + T / S).astype(np.int64))
