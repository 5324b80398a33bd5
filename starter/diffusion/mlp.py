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
    """ε̂_θ(x_t, t): layers that see the point, waves of it, and an embedding of the time.

    The waves, sines and cosines of πx/4, πx/2, πx, 2πx, …, let a small network tell points that are close together.
    `config` holds the arguments: NoiseMLP(**config) is such a network again.
    """

    def __init__(self, hidden: int = 128, waves: int = 4, time_dim: int = 32) -> None:
        super().__init__()
        self.config = {"hidden": hidden, "waves": waves, "time_dim": time_dim}
        self.waves, self.time_dim = waves, time_dim
        self.layers = nn.Sequential(
            nn.Linear(2 + 4 * waves + time_dim, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 2),
        )

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """x_t: (B, 2) float32; t: (B,) int64 in 1..T. Returns eps, (B, 2)."""
        angle = torch.cat([x_t * (math.pi / 4 * 2**k) for k in range(self.waves)], dim=1)
        return self.layers(torch.cat([x_t, angle.sin(), angle.cos(), time_embedding(t, self.time_dim)], dim=1))
