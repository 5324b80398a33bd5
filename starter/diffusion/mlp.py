"""A noise predictor for 2-D points, small enough to train in seconds on a CPU."""

import math

import torch
from torch import Tensor, nn


def time_embedding(t: Tensor, dim: int) -> Tensor:
    """Sines and cosines of t at dim/2 frequencies, from 1 down to 1/10000 (Vaswani et al. 2017, Sec. 3.5).

    t: (B,) int64. Returns (B, dim) float32.
    """
    frequency = torch.exp(-math.log(10000) * torch.linspace(0, 1, dim // 2, device=t.device))
    angle = t[:, None].float() * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)


class NoiseMLP(nn.Module):
    """ε̂_θ(x_t, t): three layers that see the point beside an embedding of the time."""

    def __init__(self, hidden: int = 128, time_dim: int = 32) -> None:
        super().__init__()
        self.time_dim = time_dim
        self.layers = nn.Sequential(
            nn.Linear(2 + time_dim, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 2),
        )

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """x_t: (B, 2) float32; t: (B,) int64 in 1..T. Returns eps, (B, 2)."""
        return self.layers(torch.cat([x_t, time_embedding(t, self.time_dim)], dim=1))
