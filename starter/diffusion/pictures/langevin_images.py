"""The same thing, seen twice, on images: the table of FID and KID of annealed Langevin's and of the ways back."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffusion import data, metrics
from diffusion.phrases import phrase
from diffusion.pictures import annealed, images
from diffusion.pictures.step_grid import by_time, sample
from diffusion.pictures.table import Table, cell
from diffusion.pictures.yours import DEVICE, yours

COUNT, BATCH = 128, 64  # images of each row, and at a time


class Way(NamedTuple):
    """A sampler, how often it calls the network, and what it makes of x_T."""

    name: str
    calls: int
    images: Callable[[Tensor], Tensor]


def langevin(count: int, each: int, part: float) -> Way:
    """Your 2.5 on so many noise levels, with so many steps at each of size part · σ²."""
    levels = len(annealed.levels(count)[0])
    made = lambda x_T: annealed.langevin(x_T, count, each, part)[-1]  # noqa: E731
    name = phrase("annealed Langevin (2.5), {levels} levels of {each}", levels=levels, each=each)
    return Way(name, levels * each, made)


def by_sde(x_T: Tensor, S: int) -> Tensor:
    """Your 2.6 along the same tau as DDIM, the score by your 2.1."""
    draw = Generator(DEVICE).manual_seed(6)

    def step(x: Tensor, score: Tensor, beta: Tensor, dt: float) -> Tensor:
        z = torch.randn(x.shape, generator=draw, device=DEVICE)
        return yours("2.6", x, score, beta, float(dt), z, shape=x.shape)

    return by_time(x_T, S, step)


WAYS = (
    Way(phrase("DDPM's noise (2.11, η = 1)"), 100, lambda x_T: sample(x_T, 100, 1.0)),
    Way(phrase("reverse SDE (2.6)"), 100, lambda x_T: by_sde(x_T, 100)),
    langevin(25, 4, 0.4),
    Way(phrase("DDIM (2.11, η = 0)"), 100, lambda x_T: sample(x_T, 100, 0.0)),
)


def measure(ways: tuple[Way, ...] = WAYS, count: int = COUNT) -> Table:
    """FID with half its 95 % interval, and KID with its spread over subsets, of as many images of each way."""
    extractor, real = metrics.shipped_extractor(DEVICE), metrics.shipped_reference()
    x_T, rows = images.noise(list(range(count))), []

    def row(name: str, calls: str, states: Tensor) -> None:
        of = metrics.measure(*metrics.extract(extractor, data.to_pixels(states).cpu()), real)
        rows.append((name, calls, cell(of["fid"], of["fid_interval"], 1), cell(of["kid"], of["kid_std"], 2)))

    row(phrase("test set"), "", images.real(list(range(count))))
    for way in ways:
        row(way.name, str(way.calls), torch.cat([way.images(part) for part in x_T.split(BATCH)]))
    title = phrase("{count:,} images of each way", count=count)
    return Table(title, (phrase("images"), phrase("calls"), "FID", "KID"), rows)
