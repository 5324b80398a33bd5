"""What sample.py and evaluate.py share: a network to sample from and the noise to begin with."""

from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from diffusion import assets, checkpoints
from diffusion.unet import UNet

SIDES = {"fashion": 28, "cifar10": 32, "celeba": 64}  # height and width of the images of each set


def open_network(path: Path | None, device: torch.device) -> tuple[UNet, dict[str, Any]]:
    """A network as train.py wrote it, by default the one of the assignment, and its training record.

    Raises BadCheckpoint and NoAsset.
    """
    return checkpoints.load_network(path or assets.find("fashion-unet.safetensors"), device)


def image_shape(network: UNet, data: str) -> tuple[int, int, int]:
    """(C, H, W) of the images that a network makes that was trained on a set of data."""
    return network.config["in_channels"], SIDES[data], SIDES[data]


def draw_x_T(shape: tuple[int, int, int], count: int, generator: Generator) -> Tensor:
    """Pure noise, (count, C, H, W), on the CPU: the same on every machine, however the images are cut into batches."""
    return torch.stack([torch.randn(shape, generator=generator) for _ in range(count)])


def generators(seed: int, device: torch.device) -> tuple[Generator, Generator]:
    """One for x_T, on the CPU, and one for the noise of the steps, on the device of the states."""
    return Generator().manual_seed(seed), Generator(device).manual_seed(seed + 2**31)  # never the same numbers twice
