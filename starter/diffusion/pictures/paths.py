"""Figure 4: the paths of DDPM and of DDIM in the plane, with many steps and with few."""

import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion.phrases import phrase
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, GREY, MARKERS, STYLE, Page, plane
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import path
from diffusion.schedule import linear_schedule
from diffusion.toy import two_moons

DATA, ALPHA_BAR = two_moons(), linear_schedule()
EPS_MODEL = DATA.eps_model(ALPHA_BAR)
T, FEW = len(ALPHA_BAR) - 1, 10
STARTS = ((-1.9, 1.7), (2.1, 1.5), (-1.6, -2.0))  # the x_T whose paths are drawn
CAPTION = phrase(r"""
The same three $x_T$ (rings), two samplers, many steps and few. DDPM draws fresh noise in every step: its paths are
crooked, and another number of steps ends somewhere else. DDIM at η = 0 goes along a smooth curve, so ten large steps
follow nearly the same curve (thin line) to nearly the same place. Grey: what comes out of 1,000 other $x_T$; the
numbers below a panel are of all of them. With ten steps both lose the sharpness of the two moons; that DDIM loses
less of it shows on images, in figures 5 and 6. Drawn by tasks 1.6 (above, left), 2.10 and 2.11 (the others).
""")


def ddpm(x_T: Tensor) -> Tensor:
    """All states on the way of your ddpm_sample, (T + 1, B, 2)."""
    return path("1.6", EPS_MODEL, x_T, ALPHA_BAR, Generator().manual_seed(7))


def ddim(x_T: Tensor, S: int, eta: float) -> Tensor:
    """All states on the way of your ddim_sample, (S + 1, B, 2)."""
    return path("2.11", EPS_MODEL, x_T, ALPHA_BAR, steps(T, S), eta, Generator().manual_seed(7))


def length(states: Tensor) -> float:
    """How long the paths are, on average."""
    return states.diff(dim=0).norm(dim=2).sum(dim=0).mean().item()


def apart(states: Tensor, others: Tensor) -> float:
    """How far the ends of two runs from the same x_T lie apart: the median distance."""
    return (states[-1] - others[-1]).norm(dim=1).median().item()


def paths(points: int = 1000) -> Page:
    """The page: DDPM above, DDIM below; 1000 steps on the left, ten on the right."""
    page = Page("paths", phrase("Crooked and smooth paths: DDPM and DDIM"), CAPTION, 8.3)
    (a, b), (c, d) = page.subplots(2, 2)
    others = torch.randn(points, 2, generator=Generator().manual_seed(9))
    x_T, crooked = torch.cat([torch.tensor(STARTS), others]), None
    with page.panel(a):
        draw(a, crooked := ddpm(x_T), label("DDPM, {steps} steps", steps=T))
    with page.panel(b):
        draw(b, ddim(x_T, FEW, 1.0), label("DDPM's noise (η = 1), {steps} steps", steps=FEW), crooked)
    with page.panel(c, d):
        draw(c, smooth := ddim(x_T, T, 0.0), label("DDIM (η = 0), {steps} steps", steps=T))
        draw(d, ddim(x_T, FEW, 0.0), label("DDIM (η = 0), {steps} steps", steps=FEW), smooth)
        for each in smooth[:, : len(STARTS)].transpose(0, 1):
            d.plot(*each.T, color="black", linewidth=0.8)
    return page.finished()


def draw(axes: Axes, states: Tensor, title: str, full: Tensor | None = None) -> None:
    """The paths that begin at STARTS, and all other x_0; full: the same with T steps, to compare."""
    count = len(STARTS)
    plane(axes, 2.9, title)
    axes.scatter(*states[-1, count:].T, s=3, color=GREY, linewidth=0)
    for each, colour, marker in zip(states[:, :count].transpose(0, 1), COLOURS, MARKERS):
        few = len(each) <= FEW + 1
        axes.plot(*each.T, color=colour, linewidth=1.8 if few else 0.9, marker="." if few else "", markersize=8)
        axes.plot(*each[0], "o", color="white", markeredgecolor=colour, markersize=8, markeredgewidth=2)
        axes.plot(*each[-1], marker, color=colour, markeredgecolor="black", markersize=8)
    said = [label("mean length of all paths: {length:.1f}", length=length(states))]
    if full is not None:
        off = apart(states, full)
        said.append(label("ends, at the median, {off:.1f} from where {steps} steps end", off=off, steps=T))
    axes.set_xlabel("\n".join(said), **STYLE)
