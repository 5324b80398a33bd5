"""What sample.py and evaluate.py share: a network to sample from and the noise to begin with."""

from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from diffusion import assets, checkpoints, toy
from diffusion.mlp import NoiseMLP
from diffusion.unet import UNet

SIDES = {"fashion": 28, "cifar10": 32, "celeba": 64}  # height and width of the images of each set


def open_network(path: Path | None, device: torch.device) -> tuple[nn.Module, str]:
    """A network as train.py wrote it, by default the one of the assignment, and the data that it was trained on.

    Raises BadCheckpoint and NoAsset.
    """
    path = path or assets.find("fashion-unet.safetensors")
    data = checkpoints.read(path)[1].get("record", {}).get("data", "fashion")
    return checkpoints.load_network(path, device, NoiseMLP if data in toy.SETS else UNet)[0], data


def state_shape(network: nn.Module, data: str) -> tuple[int, ...]:
    """The shape of one state of a network that was trained on a set of data: (2,) for points, (C, H, W) for images."""
    return (2,) if data in toy.SETS else (network.config["in_channels"], SIDES[data], SIDES[data])


def draw_x_T(shape: tuple[int, ...], count: int, generator: Generator) -> Tensor:
    """Pure noise, (count, *shape), on the CPU: the same on every machine, however the images are cut into batches.

    But for rounding: torch's normal numbers differ by up to 2e-6 between kinds of CPU.
    """
    return torch.stack([torch.randn(shape, generator=generator) for _ in range(count)])


def generators(seed: int, device: torch.device) -> tuple[Generator, Generator]:
    """One for x_T, on the CPU, and one for the noise of the steps, on the device of the states."""
    return Generator().manual_seed(seed), Generator(device).manual_seed(seed + 2**31)  # never the same numbers twice
