"""2-D toy data whose score is known exactly, at every noise level: equal mixtures of round Gaussians.

With them a sampler can be tried in a second, without a network:

    data, alpha_bar = ring(), linear_schedule()
    x_0 = ddpm_sample(data.eps_model(alpha_bar), torch.randn(500, 2), alpha_bar)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from diffusion.tensors import per_item


@dataclass(frozen=True)
class GaussianMixture:
    """x_0 ~ (1/K) Σ_k N(means_k, std² I); means: (K, 2) float64."""

    means: Tensor
    std: float

    def sample(self, n: int, generator: Generator | None = None) -> Tensor:
        """n points x_0, (n, 2) float32."""
        k = torch.randint(len(self.means), (n,), generator=generator)
        return self.means[k].float() + self.std * torch.randn(n, 2, generator=generator)

    def score(self, x_t: Tensor, alpha_bar_t: Tensor) -> Tensor:
        """∇ log q(x_t) of the noisy data, q(x_t) = (1/K) Σ_k N(√ᾱ_t means_k, (ᾱ_t std² + 1 − ᾱ_t) I).

        x_t: (B, 2); alpha_bar_t: () or (B,). Returns the score, (B, 2), in the dtype of x_t.
        """
        alpha_bar_t = per_item(alpha_bar_t, x_t)
        variance = alpha_bar_t * self.std**2 + 1 - alpha_bar_t
        to_mean = alpha_bar_t.sqrt()[..., None] * self.means.to(x_t.device) - x_t[:, None]  # (B, K, 2)
        log_density = -to_mean.square().sum(dim=2) / (2 * variance)  # (B, K), up to a constant
        share = log_density.softmax(dim=1)  # of each component in q(x_t)
        return ((share[..., None] * to_mean).sum(dim=1) / variance).to(x_t.dtype)

    def eps(self, x_t: Tensor, alpha_bar_t: Tensor) -> Tensor:
        """E[ε | x_t] = −√(1 − ᾱ_t) ∇ log q(x_t), the perfect noise predictor; shapes as in `score`."""
        return (-(1 - per_item(alpha_bar_t, x_t)).sqrt() * self.score(x_t, alpha_bar_t)).to(x_t.dtype)

    def eps_model(self, alpha_bar: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
        """eps_model(x_t, t) as the samplers want it, t: (B,) int64 in 1..T; alpha_bar: (T + 1,)."""
        return lambda x_t, t: self.eps(x_t, alpha_bar[t])


def ring(modes: int = 8) -> GaussianMixture:
    """`modes` small Gaussians on a circle of radius √2, so that each coordinate has a variance of about 1."""
    angle = torch.arange(modes, dtype=torch.float64) * 2 * math.pi / modes
    return GaussianMixture(math.sqrt(2) * torch.stack([angle.cos(), angle.sin()], dim=1), std=0.1)


def swiss_roll(modes: int = 100) -> GaussianMixture:
    """A spiral of one and a half turns, `modes` small Gaussians evenly along it; a coordinate's variance is about 1."""
    angle = torch.linspace(1.5**2, 4.5**2, modes, dtype=torch.float64).sqrt() * math.pi  # as long between any two
    spiral = angle[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    spiral -= spiral.mean(dim=0)
    return GaussianMixture(spiral / spiral.square().mean().sqrt(), std=0.06)


def two_moons(modes: int = 16) -> GaussianMixture:
    """Two half circles that reach into each other, `modes` small Gaussians along each, around the origin."""
    angle = torch.linspace(0, math.pi, modes, dtype=torch.float64)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=1)
    return GaussianMixture(1.2 * torch.cat([upper, -upper]), std=0.1)


SETS = {"moons": two_moons, "swissroll": swiss_roll}  # what train.py and sample.py take as --data beside the images
