"""Goes down from T by T / S until 0, as a well-known library does: for some S, such as 61, one step too many.

Loses: 2.10.1, 2.10.2
Cause: inexact_division
"""

import numpy as np
import torch


def ddim_timesteps(T, S):
    return torch.from_numpy(np.arange(T, 0, -T / S).round().astype(np.int64)[::-1].copy())
