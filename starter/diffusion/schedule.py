"""Noise schedules: the table `alpha_bar`, a float64 tensor of length T + 1 with alpha_bar[0] = 1.

Time is 1-based: alpha_bar[t] belongs to step t = 1..T, alpha_bar[0] to clean data. The table falls strictly.
"""

import math

import torch
from torch import Tensor


def linear_schedule(T: int = 1000, beta_1: float = 1e-4, beta_T: float = 0.02) -> Tensor:
    """β_t evenly spaced, beta_1 at t = 1 and beta_T at t = T (DDPM, Sec. 4). Returns alpha_bar, (T + 1,)."""
    return alpha_bar_from_beta(torch.linspace(beta_1, beta_T, T, dtype=torch.float64))


def cosine_schedule(T: int = 1000, s: float = 0.008, max_beta: float = 0.999) -> Tensor:
    """ᾱ_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s) · π/2), each β_t clipped (Nichol and Dhariwal, Eq. 17).

    Without the clip ᾱ_T would be 0. Returns alpha_bar, (T + 1,).
    """
    t = torch.arange(T + 1, dtype=torch.float64)
    f = torch.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2
    return alpha_bar_from_beta((1 - f[1:] / f[:-1]).clamp(max=max_beta))


def alpha_bar_from_beta(beta: Tensor) -> Tensor:
    """ᾱ_t = ∏_{s ≤ t} (1 − β_s), with ᾱ_0 = 1 in front (DDPM, Sec. 2). beta: (T,); returns (T + 1,)."""
    return torch.cat([beta.new_ones(1), torch.cumprod(1 - beta, dim=0)])
