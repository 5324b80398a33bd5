"""Figure 5: images of the shipped network for each number of steps S and each η, from the same x_T.

And the table of how alike those of one x_T are whatever S is.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffusion import data, plots, sde
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.page import Page, picture
from diffusion.pictures.table import Table, cell, interval
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import DEVICE, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import time_like

STEPS, ETAS = (5, 10, 20, 50, 100), (0.0, 0.2, 0.5, 1.0)
SEED = 10  # of the noise of the steps
LONG, COUNT = 500, 48  # steps to compare with, and images
CAPTION = phrase(r"""
Every cell begins at the same four $x_T$, with the same network, which was never trained for few steps. Along the row
η = 0 (DDIM) the four images stay the same and only gain detail, as they depend on $x_T$ alone. The larger η, the more
the fresh noise decides, and each S brings other images; at η = 1 (DDPM's noise) those of 5 and 10 steps are grainy or
flat, and more steps are needed to make them sharp. Drawn by tasks 2.10 and 2.11.
""")


def step_grid(which: tuple[int, ...] = STEPS) -> Page:
    """The page: a row for each η, a column for each S."""
    page = Page("step_grid", phrase("Number of steps S and noise η"), CAPTION, 7.35)
    cells = page.subplots(len(ETAS), len(which), squeeze=False)
    with page.panel(*cells.flatten()):
        x_T = images.noise([1, 2, 3, 4])
        for row, eta in zip(cells, ETAS):
            for axes, S in zip(row, which):
                picture(axes, plots.tiles(data.to_pixels(sample(x_T, S, eta)), 2)[:-1, :-1])
            row[0].set_ylabel(f"η = {eta:g}", fontsize=12)
        for axes, S in zip(cells[0], which):
            axes.set_title(f"S = {S}", fontsize=12)
    return page.finished()


def sample(x_T: Tensor, S: int, eta: float, model: Callable[[Tensor, Tensor], Tensor] | None = None) -> Tensor:
    """Images of your ddim_sample with S steps, of the shape of x_T, on the CPU; model: default the shipped network."""
    alpha_bar, generator = linear_schedule().to(DEVICE), Generator(DEVICE).manual_seed(SEED)
    tau = steps(len(alpha_bar) - 1, S)
    return yours("2.11", model or images.network(), x_T, alpha_bar, tau, eta, generator, shape=x_T.shape).cpu()


@torch.no_grad()
def by_time(x_T: Tensor, S: int, step: Callable[..., Tensor] = sde.probability_flow_step) -> Tensor:
    """Images by Euler's method in t along the same tau, with the score by your 2.1.

    step(x, score, beta, dt): by default that of the ODE that DDIM follows at η = 0.
    """
    alpha_bar, network, x = linear_schedule().to(DEVICE), images.network(), x_T
    tau = [0, *steps(len(alpha_bar) - 1, S).tolist()]
    for prev, t in reversed([*zip(tau, tau[1:])]):
        score = yours("2.1", network(x, time_like(x, t)), alpha_bar[t], shape=x.shape)
        x = step(x, score, 1 - alpha_bar[t] / alpha_bar[t - 1], t - prev)
    return x.cpu()


def distances(x: Tensor, y: Tensor) -> Tensor:
    """The root of the mean square between each image of x and each of y, (B, B)."""
    exact = "donot_use_mm_for_euclid_dist"  # a product of matrices would leave an image 0.01 away from itself
    return torch.cdist(x.flatten(1), y.flatten(1), compute_mode=exact) / x[0].numel() ** 0.5


def measure(which: tuple[int, ...] = STEPS, long: int = LONG, count: int = COUNT) -> Table:
    """For each S how far the images lie from those that `long` steps make of the same x_T (DDIM, Sec. 5.2)."""
    x_T, rows = images.noise(list(range(count))), []
    aims = {eta: sample(x_T, long, eta) for eta in (0.0, 1.0)}
    for S in which:
        cells = []
        for x, aim in (
            (sample(x_T, S, 0.0), aims[0.0]),
            (sample(x_T, S, 1.0), aims[1.0]),
            (by_time(x_T, S), aims[0.0]),
        ):
            apart = distances(x, aim)
            own = (apart.argmin(dim=1) == torch.arange(count)).sum().item()
            cells += [cell(*interval(apart.diagonal().tolist()), 3), f"{own}/{count}"]
        rows.append((str(S), *cells[:5]))
    own = phrase("nearest is its own")
    head = "S", phrase("η = 0, apart"), own, phrase("η = 1, apart"), own, phrase("Euler in t, apart")
    title = phrase("From the same x_T with S and with {long} steps, ± half a 95 % interval", long=long)
    return Table(title, head, rows)
