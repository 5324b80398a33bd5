"""Figure 1: the forward jump, on 2-D points and on images."""

import torch
from torch import Generator, Tensor

from diffusion import data, plots
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.page import COLOURS, MARKERS, Page, plane
from diffusion.pictures.yours import DEVICE, yours
from diffusion.schedule import linear_schedule
from diffusion.toy import GaussianMixture, two_moons

TIMES = (0, 50, 150, 300, 500, 1000)
CAPTION = phrase(r"""
Each column jumps straight from clean data (t = 0) to step t: the data shrink to $\sqrt{\bar\alpha_t}$ of their size,
and noise of variance $1-\bar\alpha_t$ is added. Watch the two moons run into each other and the boot drown. At t =
1000 nothing is left of either: that is $x_T$, where sampling begins. Drawn by task 1.1 (q_sample).
""")


def noising(points: int = 800) -> Page:
    """The page: two moons, and three images of Fashion-MNIST, at six steps t."""
    page = Page("noising", phrase("Noising: data drown in one jump"), CAPTION, 6.3)
    above, below = page.subplots(2, len(TIMES), height_ratios=(1, 3.07))
    moons = torch.cat([moon.sample(points // 2, Generator().manual_seed(0)) for moon in halves(two_moons())]).to(DEVICE)
    with page.panel(*above):
        for axes, t, x_t in zip(above, TIMES, jumps(moons)):
            for moon, colour, marker in zip(x_t.chunk(2), (COLOURS[0], COLOURS[5]), MARKERS):
                axes.scatter(*moon.T, s=4, color=colour, marker=marker, linewidth=0)
            alpha_bar_t = linear_schedule()[t]
            plane(axes, 3.3, f"t = {t}\n$\\bar\\alpha_t$ = {alpha_bar_t:.{2 if alpha_bar_t > 0.01 else 5}f}")
    with page.panel(*below):
        for axes, x_t in zip(below, jumps(images.real([0, 1, 18]))):
            axes.imshow(plots.tiles(data.to_pixels(x_t), 1)[:-1, :-1], interpolation="nearest")
            axes.set_axis_off()
    return page.finished()


def halves(mixture: GaussianMixture) -> list[GaussianMixture]:
    """Both moons, each on its own."""
    return [GaussianMixture(means, mixture.std) for means in mixture.means.chunk(2)]


def jumps(x_0: Tensor) -> list[Tensor]:
    """x_t at each of TIMES, with the same noise at all of them, on the CPU."""
    eps = torch.randn(x_0.shape, generator=Generator().manual_seed(1)).to(x_0)
    return [yours("1.1", x_0, alpha_bar_t, eps, shape=x_0.shape).cpu() for alpha_bar_t in linear_schedule()[[*TIMES]]]
