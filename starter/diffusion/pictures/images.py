"""What the figures with images share: the network of the assignment, noise to begin with, and real images."""

from functools import cache

import torch
from torch import Generator, Tensor

from diffusion import data, sampling
from diffusion.pictures.yours import DEVICE
from diffusion.unet import UNet

SHAPE = (1, 28, 28)


@cache
def network() -> UNet:
    """The shipped network. Raises NoAsset, BadCheckpoint."""
    return sampling.open_network(None, DEVICE)[0]


def noise(seeds: list[int]) -> Tensor:
    """An x_T for each seed, (len(seeds), 1, 28, 28), the same on every machine but for rounding (2e-6)."""
    drawn = [sampling.draw_x_T(SHAPE, 1, Generator().manual_seed(seed)) for seed in seeds]
    return torch.cat(drawn).to(DEVICE)


@cache
def all_real() -> Tensor:
    """Fashion-MNIST's test set, as pixels. Raises NoData."""
    return data.load("fashion", train=False)[0]


@cache
def all_training() -> Tensor:
    """Its training set, as pixels. Raises NoData."""
    return data.load("fashion")[0]


def real(which: list[int]) -> Tensor:
    """Images of Fashion-MNIST's test set, by their place in it, as states. Raises NoData."""
    return data.to_state(all_real()[which]).to(DEVICE)
