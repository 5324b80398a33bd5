"""The noise predictor for images: the U-Net of DDPM (App. B) with fewer levels, blocks and channels.

    x_t ─ patches ─ stem ─▶ [blocks, down] … ─▶ middle ─▶ … [blocks, up] ─ out ─ pixels ─▶ eps
                               └──────── skip connections ────────┘

One thing is not in the paper: the image enters as patches (2 × 2 pixels become 4 channels, as in a vision
transformer), so that every level has a quarter of the pixels. Without that, the same blocks take five times as long.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from diffusion.mlp import time_embedding
from diffusion.phrases import phrase


class UNet(nn.Module):
    """ε̂_θ(x_t, t) for images (B, in_channels, H, W); H and W divisible by patch · 2^(levels − 1).

    channels:  of each level, finest first; each level has half the height and width of the one before.
    blocks:    residual blocks of each level, on the way down; one more on the way up.
    attention: whether self-attention follows each block of a level.
    `config` holds these arguments: UNet(**config) is such a network again. Raises ValueError where they don't fit.
    """

    def __init__(
        self,
        in_channels: int = 1,
        patch: int = 2,
        channels: tuple[int, ...] = (32, 64),
        blocks: tuple[int, ...] = (1, 2),
        attention: tuple[bool, ...] = (False, True),
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 < len(channels) == len(blocks) == len(attention) or min(blocks) < 1:
            raise ValueError(
                phrase(
                    "channels {channels}, blocks {blocks} and attention {attention}: "
                    "expected as many of each as there are levels, and at least one block in each",
                    channels=channels,
                    blocks=blocks,
                    attention=attention,
                )
            )
        if patch < 1 or any(width < 8 or width % 8 for width in channels):
            raise ValueError(
                phrase(
                    "patch {patch}, channels {channels}: expected a patch of 1 or more, multiples of 8",
                    patch=patch,
                    channels=channels,
                )
            )
        self.config: dict[str, Any] = {
            "in_channels": in_channels,
            "patch": patch,
            "channels": channels,
            "blocks": blocks,
            "attention": attention,
            "dropout": dropout,
        }
        self.patch, self.time_dim, time_width = patch, channels[0], 4 * channels[0]
        self.embed_time = nn.Sequential(
            nn.Linear(self.time_dim, time_width), nn.SiLU(), nn.Linear(time_width, time_width)
        )
        self.stem = nn.Conv2d(in_channels * patch**2, channels[0], 3, padding=1)

        def stage(come_in: int, width: int, attend: bool) -> nn.Module:
            return Stage(come_in, width, time_width, attend, dropout)

        width, skips = channels[0], [channels[0]]
        self.down = nn.ModuleList()
        for level, (wide, count, attend) in enumerate(zip(channels, blocks, attention)):
            if level > 0:
                self.down.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
                skips.append(width)
            for _ in range(count):
                self.down.append(stage(width, wide, attend))
                width = wide
                skips.append(width)
        self.middle = nn.ModuleList([stage(width, width, True), stage(width, width, False)])
        self.up = nn.ModuleList()
        for level, (wide, count, attend) in reversed(list(enumerate(zip(channels, blocks, attention)))):
            for _ in range(count + 1):
                self.up.append(stage(width + skips.pop(), wide, attend))
                width = wide
            if level > 0:
                self.up.append(nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1)))
        self.out = nn.Sequential(norm(width), nn.SiLU(), zero(nn.Conv2d(width, in_channels * patch**2, 3, padding=1)))

    def check_size(self, height: int, width: int) -> None:
        """Raise a ValueError unless images of this size can be halved as often as there are levels."""
        unit = self.patch * 2 ** (len(self.config["channels"]) - 1)
        if height % unit or width % unit:
            raise ValueError(
                phrase(
                    "images of {height} × {width} pixels: this network wants multiples of {unit}",
                    height=height,
                    width=width,
                    unit=unit,
                )
            )

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """x_t: (B, C, H, W) float32; t: (B,) int64 in 1..T. Returns eps, (B, C, H, W)."""
        self.check_size(*x_t.shape[2:])
        time = self.embed_time(time_embedding(t, self.time_dim))
        h = self.stem(F.pixel_unshuffle(x_t, self.patch))
        skips = [h]
        for layer in self.down:
            h = layer(h, time) if isinstance(layer, Stage) else layer(h)
            skips.append(h)
        for layer in self.middle:
            h = layer(h, time)
        for layer in self.up:
            h = layer(torch.cat([h, skips.pop()], dim=1), time) if isinstance(layer, Stage) else layer(h)
        return F.pixel_shuffle(self.out(h), self.patch)


class Stage(nn.Module):
    """A residual block that is told the time, and self-attention after it where wanted."""

    def __init__(self, come_in: int, width: int, time_width: int, attend: bool, dropout: float) -> None:
        super().__init__()
        self.first = nn.Sequential(norm(come_in), nn.SiLU(), nn.Conv2d(come_in, width, 3, padding=1))
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time_width, width))
        self.second = nn.Sequential(
            norm(width), nn.SiLU(), nn.Dropout(dropout), zero(nn.Conv2d(width, width, 3, padding=1))
        )
        self.past = nn.Identity() if come_in == width else nn.Conv2d(come_in, width, 1)
        self.attend = Attention(width) if attend else nn.Identity()

    def forward(self, h: Tensor, time: Tensor) -> Tensor:
        """h: (B, come_in, H, W); time: (B, time_width). Returns (B, width, H, W)."""
        change = self.second(self.first(h) + self.time(time)[:, :, None, None])
        return self.attend(self.past(h) + change)


class Attention(nn.Module):
    """Every position looks at every other: softmax(q kᵀ / √d) v, one head, added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = norm(width)
        self.to_qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = zero(nn.Conv2d(width, width, 1))

    def forward(self, h: Tensor) -> Tensor:
        """h: (B, width, H, W). Returns the same shape."""
        q, k, v = self.to_qkv(self.norm(h)).flatten(2).transpose(1, 2).chunk(3, dim=2)  # (B, HW, width) each
        seen = F.scaled_dot_product_attention(q, k, v)
        return h + self.out(seen.transpose(1, 2).reshape(h.shape))


def norm(width: int) -> nn.GroupNorm:
    """Group normalisation, eight channels to a group."""
    return nn.GroupNorm(width // 8, width)


def zero(layer: nn.Conv2d) -> nn.Conv2d:
    """The layer with all weights at zero, so that a residual block starts as the identity."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
