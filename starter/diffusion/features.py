"""The feature network: what FID, KID and IS look at in place of raw pixels, for 28 × 28 grey images.

A small classifier of Fashion-MNIST. Inception, the usual choice, was trained on large colour photographs, needs 95 MB
and 2048 features; with 64 features a few thousand images are enough for a figure. Its FID has a scale of its own, so
compare it with other figures from this network only.
"""

import torch
from torch import Tensor, nn

FEATURES = 64


class FeatureNet(nn.Module):
    """Images (B, 1, 28, 28), float32 in [−1, 1] -> features (B, 64) and logits (B, 10) of the ten classes."""

    def __init__(self) -> None:
        super().__init__()
        self.config: dict[str, int] = {}
        self.see = nn.Sequential(
            *self._layer(1, 32, stride=1),
            *self._layer(32, 64, stride=2),
            *self._layer(64, 96, stride=2),
            nn.Conv2d(96, FEATURES, 3, padding=1),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(4 * FEATURES, FEATURES),
        )
        self.name = nn.Linear(FEATURES, 10)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the features and the logits."""
        features = self.see(images)
        return features, self.name(torch.nn.functional.silu(features))

    @staticmethod
    def _layer(come_in: int, width: int, stride: int) -> list[nn.Module]:
        return [nn.Conv2d(come_in, width, 3, stride, padding=1), nn.GroupNorm(8, width), nn.SiLU()]
