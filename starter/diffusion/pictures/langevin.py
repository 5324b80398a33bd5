"""Figure 2: Langevin dynamics with small σ, with large σ and with σ that falls, on modes that lie far apart."""

import math
from dataclasses import dataclass

import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion.phrases import phrase
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, MARKERS, STYLE, Page, plane
from diffusion.pictures.yours import path
from diffusion.toy import GaussianMixture

MODES = torch.tensor([[4.0, 3.0], [-4.0, 3.0], [0.0, -4.0]], dtype=torch.float64)
WEIGHTS = (0.6, 0.3, 0.1)
DATA = GaussianMixture(MODES.repeat_interleave(torch.tensor([6, 3, 1]), dim=0), std=0.5)  # six of ten in the first
SMALL, LARGE = 0.1, 3.0
FALLING, EACH = torch.logspace(math.log10(12), math.log10(0.1), 20, dtype=torch.float64), 40
LIMIT = 8.5
CAPTION = phrase(r"""
Modes 1, 2, 3 hold 60, 30 and 10 % of the data. All runs begin at the same points, spread evenly, and end at the
dots; a few of the paths are drawn, from a ring to a black-edged mark. Dark: the density of the data with noise σ;
arrows: which way its score points. Small σ: a point climbs into the nearest mode and never crosses the empty land
between, so the shares say where the points began, not where the data are. Large σ: points go everywhere, but what
they find is smeared. σ falling from 12 to 0.1: the points choose their mode while there is no empty land and become
sharp later, so the shares are right. Only the last run finds the data. Drawn by tasks 2.4 and 2.5.
""")


@dataclass(frozen=True)
class Run:
    """What came of a run: the states of all points, (steps + 1, B, 2), x_0 last."""

    states: Tensor

    @property
    def nearest(self) -> Tensor:
        """The mode at which each point ended, (B,)."""
        return torch.cdist(self.states[-1].double(), MODES).argmin(dim=1)

    @property
    def shares(self) -> list[float]:
        """The share of the points that ended at each mode."""
        return [(self.nearest == k).double().mean().item() for k in range(len(MODES))]

    @property
    def spread(self) -> float:
        """The standard deviation of each coordinate around the nearest mode; 0.5 in the data."""
        return (torch.cdist(self.states[-1].double(), MODES).amin(dim=1).square().mean() / 2).sqrt().item()


def small(points: int) -> Run:
    """σ = SMALL all the time."""
    return Run(path("2.4", lambda x: score(x, SMALL), starts(points), 0.02, 300, seed()))


def large(points: int) -> Run:
    """σ = LARGE all the time."""
    return Run(path("2.4", lambda x: score(x, LARGE), starts(points), 1.0, 60, seed()))


def falling(points: int) -> Run:
    """σ through FALLING, EACH steps at each."""
    return Run(path("2.5", score, starts(points), FALLING, 0.0015, EACH, seed()))


def score(x: Tensor, sigma: float | Tensor) -> Tensor:
    """∇ log of the density of x_0 + σ ε, exactly; by x_t = √ᾱ_t (x_0 + σ ε) with ᾱ_t = 1/(1 + σ²)."""
    alpha_bar = torch.as_tensor(1 / (1 + float(sigma) ** 2), dtype=torch.float64)
    root = math.sqrt(float(alpha_bar))
    return root * DATA.score(root * x, alpha_bar)


def starts(points: int) -> Tensor:
    """Points everywhere in the plane, evenly."""
    return 2 * LIMIT * torch.rand(points, 2, generator=Generator().manual_seed(3)) - LIMIT


def seed() -> Generator:
    """The noise of a run."""
    return Generator().manual_seed(4)


def langevin(points: int = 1500) -> Page:
    """The page: a column for each run, in it the field, some paths with all ends, and the shares."""
    page = Page("langevin", phrase("Langevin dynamics: why σ has to fall"), CAPTION, 7.75)
    fields, planes, bars = page.subplots(3, 3, height_ratios=(1, 1, 0.4))
    names = fields[0], fields[1], *quarters(page, fields[2])
    with page.panel(planes[0], bars[0]):
        draw_run(planes[0], bars[0], small(points), 4, 1)
    with page.panel(planes[1], bars[1]):
        draw_run(planes[1], bars[1], large(points), 1, 1)
    with page.panel(planes[2], bars[2], *names[2:]):
        draw_run(planes[2], bars[2], run := falling(points), 1, EACH)
        for axes, level in zip(names[2:], (0, 7, 10, 19)):
            draw_cloud(axes, run, level)
        names[2].set_title(label("falling σ: all points on the way"), loc="left", **STYLE)
    draw_field(fields[0], SMALL, label("small σ = {sigma}", sigma=SMALL))
    draw_field(fields[1], LARGE, label("large σ = {sigma:g}", sigma=LARGE))
    bars[0].set_yticks(range(3), [label("mode {number}", number=k + 1) for k in range(3)])
    return page.finished()


def quarters(page: Page, axes: Axes) -> list[Axes]:
    """Four small axes in the place of one."""
    grid = axes.get_subplotspec().subgridspec(2, 2, wspace=0.04, hspace=0.04)
    axes.remove()
    return [page.add_subplot(each) for each in grid]


def draw_field(axes: Axes, sigma: float, title: str) -> None:
    """The score as arrows of equal length on the density."""
    plane(axes, LIMIT, title)
    side = torch.linspace(-LIMIT, LIMIT, 121)
    distance = torch.cdist(torch.cartesian_prod(side, side).double(), MODES).square()
    density = (torch.tensor(WEIGHTS).double() * (-distance / (2 * (DATA.std**2 + sigma**2))).exp()).sum(dim=1)
    axes.imshow(
        density.sqrt().reshape(121, 121).T.numpy(), origin="lower", extent=(-LIMIT, LIMIT) * 2, cmap="Greys", vmax=1.6
    )
    rough = torch.cartesian_prod(*[torch.linspace(-LIMIT + 1, LIMIT - 1, 12)] * 2)
    axes.quiver(*rough.T, *torch.nn.functional.normalize(score(rough, sigma)).T, scale=15, width=0.007)
    for k, (mode, colour) in enumerate(zip(MODES, COLOURS), 1):
        box = {"boxstyle": "circle,pad=0.25", "facecolor": colour, "edgecolor": "white"}
        axes.text(
            mode[0],
            mode[1] + 1.6,
            str(k),
            color="white",
            weight="bold",
            ha="center",
            va="center",
            bbox=box,
            fontsize=10,
        )


def draw_run(axes: Axes, bars: Axes, run: Run, paths: int, every: int) -> None:
    """All ends as dots and, for each mode, some paths that end there, every so many steps; below, the shares."""
    plane(axes, LIMIT)
    for k, (weight, share, colour, marker) in enumerate(zip(WEIGHTS, run.shares, COLOURS, MARKERS)):
        axes.scatter(*run.states[-1][run.nearest == k].T, s=3, color=colour, marker=marker, linewidth=0)
        bars.barh(k, share, 0.55, color=colour)
        bars.plot([weight] * 2, [k - 0.42, k + 0.42], color="black", linewidth=2.5)
        both = label("{share:.0f} %, true {true:.0f} %", share=100 * share, true=100 * weight)
        bars.text(max(share, weight) + 0.03, k, both, va="center", **STYLE)
        for each in run.states[::every, run.nearest == k][:, :paths].transpose(0, 1):
            axes.plot(*each.T, color=colour, linewidth=0.9)
            axes.plot(*each[0], "o", color="white", markeredgecolor=colour, markersize=6, markeredgewidth=1.6)
            axes.plot(*each[-1], marker, color=colour, markeredgecolor="black", markersize=6)
    bars.set(xlim=(0, 1.2), xticks=[], yticks=[], ylim=(2.6, -0.6))
    bars.spines[["top", "right", "bottom"]].set_visible(False)
    bars.set_xlabel(label("spread {spread:.2f}, true {true:.2f}", spread=run.spread, true=DATA.std), **STYLE)


def draw_cloud(axes: Axes, run: Run, level: int) -> None:
    """All points when they leave a level, in the colour of the mode at which they will end."""
    plane(axes, LIMIT)
    for k, (colour, marker) in enumerate(zip(COLOURS, MARKERS)):
        points = run.states[EACH * (level + 1)][run.nearest == k]
        axes.scatter(*points.T, s=1.5, color=colour, marker=marker, linewidth=0)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.text(-0.93 * LIMIT, 0.93 * LIMIT, f"σ = {FALLING[level]:.2g}", va="top", fontsize=10, bbox=box)
