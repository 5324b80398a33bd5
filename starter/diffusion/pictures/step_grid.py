"""Figure 5: images of the shipped network for each number of steps S and each η, from the same x_T."""

from torch import Generator, Tensor

from diffusion import data, plots
from diffusion.pictures import images
from diffusion.pictures.page import Page, picture
from diffusion.pictures.yours import DEVICE, steps, yours
from diffusion.schedule import linear_schedule

STEPS, ETAS = (5, 10, 20, 50, 100), (0.0, 0.2, 0.5, 1.0)
CAPTION = r"""
Every cell begins at the same four $x_T$, with the same network, which was never trained for few steps. Along the row
η = 0 (DDIM) the four images stay the same and only gain detail, as they depend on $x_T$ alone. The larger η, the more
the fresh noise decides, and each S brings other images; at η = 1 (DDPM's noise) those of 5 and 10 steps are grainy or
flat, and more steps are needed to make them sharp.
"""


def step_grid(which: tuple[int, ...] = STEPS) -> Page:
    """The page: a row for each η, a column for each S."""
    page = Page("step_grid", "Number of steps S and noise η", CAPTION, "tasks 2.10 and 2.11", 7.35)
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


def sample(x_T: Tensor, S: int, eta: float) -> Tensor:
    """Images of your ddim_sample with S steps, of the shape of x_T, on the CPU."""
    alpha_bar, generator = linear_schedule().to(DEVICE), Generator(DEVICE).manual_seed(10)
    tau = steps(len(alpha_bar) - 1, S)
    return yours("2.11", images.network(), x_T, alpha_bar, tau, eta, generator, shape=x_T.shape).cpu()
