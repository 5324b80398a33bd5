"""Figure 3: two ways back from noise to data, the reverse SDE and the ODE, over time."""

import math

import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion.phrases import phrase
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, MARKERS, STYLE, Page
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import path, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import noise_like, time_like
from diffusion.toy import GaussianMixture

PLACES, STD = (-1.2, 0.2, 1.2), 0.12
DATA = GaussianMixture(torch.tensor([[place, 0.0] for place in PLACES], dtype=torch.float64), STD)
ALPHA_BAR = linear_schedule()
T = len(ALPHA_BAR) - 1
LIMIT, PATHS = 3.0, 4
SHADES = ("#000000", COLOURS[0], COLOURS[1], COLOURS[4])  # which differ in grey, too
CAPTION = phrase(r"""
From noise (left, t = 1000) to data (right, t = 0) in one coordinate; dark: where the noisy data are, at each t. The
same $x_T$, two ways: the reverse SDE shakes a point at every step, and where it arrives is not settled before the
end; the ODE leads it along a smooth curve, and curves never cross. Yet at every t both fill the same dark land, and
what comes out has the density of the data (line) both times. Drawn by tasks 2.1, 2.6, 2.10 and 2.11.
""")


def by_sde(x_T: Tensor) -> Tensor:
    """The states on the way from x_T, (T + 1, B, 2), by your reverse_sde_step with your score; a dt of 1 a step."""
    eps_model, generator, states = DATA.eps_model(ALPHA_BAR), Generator().manual_seed(10), [x_T]
    for t in range(T, 0, -1):
        x, beta = states[-1], 1 - ALPHA_BAR[t] / ALPHA_BAR[t - 1]
        score = yours("2.1", eps_model(x, time_like(x, t)), ALPHA_BAR[t], shape=x.shape)
        states.append(yours("2.6", x, score, beta, 1.0, noise_like(x, generator), shape=x.shape))
    return torch.stack(states)


def by_ode(x_T: Tensor) -> Tensor:
    """The states on the way from x_T, (T + 1, B, 2), by your ddim_sample at η = 0 with all T steps."""
    return path("2.11", DATA.eps_model(ALPHA_BAR), x_T, ALPHA_BAR, steps(T, T), 0.0)


def density(x: Tensor, t: int) -> Tensor:
    """The density of the first coordinate of x_t, at the places x, (N,)."""
    alpha_bar_t, x = ALPHA_BAR[t].item(), x.double()
    variance = alpha_bar_t * STD**2 + 1 - alpha_bar_t
    to_mean = x[:, None] - math.sqrt(alpha_bar_t) * torch.tensor(PLACES).double()
    return ((-to_mean.square() / (2 * variance)).exp() / math.sqrt(2 * math.pi * variance)).mean(dim=1)


def reverse_sde(points: int = 1000) -> Page:
    """The page: for both ways some paths on the density over t, and a histogram of all x_0."""
    page = Page("reverse_sde", phrase("Two ways back: SDE and ODE"), CAPTION, 5.6)
    rows = page.subplots(2, 2, width_ratios=(3.6, 1))
    x_T = torch.randn(points, 2, generator=Generator().manual_seed(5))
    x_T[:PATHS, 0] = torch.tensor([-1.6, -0.2, 0.5, 1.9])
    titles = label("reverse SDE (2.6)"), label("ODE: DDIM at η = 0 (2.11)")
    for title, way, (left, right) in zip(titles, (by_sde, by_ode), rows):
        with page.panel(left, right):
            states = way(x_T)[..., 0]
            draw_paths(left, states[:, :PATHS], title)
            draw_histogram(right, states[-1])
    return page.finished()


def draw_paths(axes: Axes, states: Tensor, title: str) -> None:
    """x over t, on the density of x_t."""
    x = torch.linspace(-LIMIT, LIMIT, 300)
    shade = torch.stack([density(x, t) for t in range(T, -1, -5)], dim=1)
    shade = (shade / shade.amax(dim=0)).sqrt().numpy()
    axes.imshow(shade, origin="lower", extent=(T, 0, -LIMIT, LIMIT), aspect="auto", cmap="Greys", vmax=3)
    for each, colour, marker in zip(states.T, SHADES, MARKERS):
        axes.plot(range(len(each) - 1, -1, -1), each, color=colour, linewidth=1.6)
        axes.plot(T, each[0], marker, color=colour, markersize=8, markeredgecolor="black", clip_on=False, zorder=3)
        axes.plot(0, each[-1], marker, color=colour, markersize=8, markeredgecolor="black", clip_on=False, zorder=3)
    axes.set(xlim=(T, 0), ylim=(-LIMIT, LIMIT), xlabel="t", ylabel=r"$x_t$")
    axes.set_title(title, **STYLE)


def draw_histogram(axes: Axes, x_0: Tensor) -> None:
    """How often which x_0 came out, the true density beside it."""
    axes.hist(x_0.numpy(), bins=50, range=(-LIMIT, LIMIT), density=True, orientation="horizontal", color="#9FC3DC")
    x = torch.linspace(-LIMIT, LIMIT, 400)
    axes.plot(density(x, 0), x, color="black", linewidth=1.5)
    axes.set(ylim=(-LIMIT, LIMIT), yticks=[], xticks=[])
    axes.set_title(label("all {count:,} $x_0$", count=len(x_0)), **STYLE)
