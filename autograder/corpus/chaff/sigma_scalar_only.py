"""math.sqrt on .item(): right for a 0-d coefficient, an exception for one of shape (B,).

Loses: 2.7.4
Cause: none
"""

import math

import torch


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    a_t, a_prev = alpha_bar_t.item(), alpha_bar_prev.item()
    return torch.tensor(eta * math.sqrt((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)), dtype=torch.float64)
