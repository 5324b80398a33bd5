"""Figure 13: annealed Langevin dynamics makes images with the shipped network, beside DDPM's reverse."""

from functools import partial

import torch
from matplotlib.axes import Axes
from torch import Tensor

from diffusion import data, plots
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.page import Page, picture
from diffusion.pictures.table import Table
from diffusion.pictures.yours import DEVICE, path, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import time_like

ALPHA_BAR = linear_schedule().to(DEVICE)
SIGMA = ((1 - ALPHA_BAR) / ALPHA_BAR).sqrt()  # of the noise in x_t/√ᾱ_t, (T + 1,): 0 at t = 0, 157 at t = T
LEVELS, EACH, PART = 40, 25, 0.065  # noise levels, steps at each, and a step's size in units of σ²
SHOWN = (1000, 700, 500, 300, 150, 50, 1)
CAPTION = phrase(r"""
One network, two samplers, at the same seven noise levels; σ is that of the noise in $x_t/\sqrt{\bar\alpha_t}$. Above:
your ddpm_sample. Below: your annealed Langevin dynamics in $x_t/\sqrt{\bar\alpha_t}$, where noise is added and nothing
shrinks ("variance exploding"), with as many calls of the network. The score there is $\sqrt{\bar\alpha_t}$ times that
of $x_t$. You see the states and, below them, the clean images $x_{0|t}$ that the network sees in them. Both go from
what all images share to the shape and then to the detail, with noise of their own. Langevin's images are coarser. Each
of its steps adds twice DDPM's noise, and as steps are finite, more is left at each level than σ says. Drawn by tasks
1.2, 1.6, 2.1 and 2.5.
""")


def levels(count: int) -> tuple[Tensor, Tensor]:
    """Steps t from T to 1 whose σ fall by about the same factor, and those σ, float64."""
    wanted = torch.logspace(SIGMA[-1].log10().item(), SIGMA[1].log10().item(), count, dtype=torch.float64)
    t = torch.unique((SIGMA.cpu()[1:].log() - wanted.log()[:, None]).abs().argmin(dim=1) + 1).flip(0)
    return t, SIGMA.cpu()[t]


def score(x: Tensor, sigma: float | Tensor) -> Tensor:
    """∇ log of the density of x = x_0 + σ ε: with x_t = √ᾱ_t x it is √ᾱ_t times the score of x_t, by your 2.1."""
    t = int((SIGMA - float(sigma)).abs().argmin())
    root = ALPHA_BAR[t].sqrt().item()
    eps = images.network()((root * x).float(), time_like(x, t))
    return root * yours("2.1", eps, ALPHA_BAR[t], shape=x.shape)


def langevin(x_T: Tensor, count: int = LEVELS, each: int = EACH, part: float = PART) -> Tensor:
    """All states of your 2.5 from σ_T x_T on, (levels · each + 1, B, 1, 28, 28), in x = x_t/√ᾱ_t; images last."""
    sigmas = levels(count)[1]
    step, draw = part * sigmas[-1].item() ** 2, torch.Generator(DEVICE).manual_seed(3)
    return path("2.5", score, SIGMA[-1].item() * x_T, sigmas, step, each, draw)


def ddpm(x_T: Tensor) -> Tensor:
    """All states of your 1.6 from x_T on, (T + 1, B, 1, 28, 28)."""
    return path("1.6", images.network(), x_T, ALPHA_BAR, torch.Generator(DEVICE).manual_seed(4))


def seen(x_t: Tensor, t: int) -> Tensor:
    """What the network takes for the clean images in x_t, by your 1.2."""
    x_t = x_t.to(DEVICE)
    return yours("1.2", x_t, ALPHA_BAR[t], images.network()(x_t, time_like(x_t, t)), shape=x_t.shape).cpu()


def one_step(task: str, t: int) -> tuple[float, float]:
    """What a task's step from t to t − 1 adds to x = x_t/√ᾱ_t: a and n of x + a · score + n z."""
    a, p = ALPHA_BAR[t].cpu(), ALPHA_BAR[t - 1].cpu()
    one, none = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)

    def after(x_t: Tensor, z: Tensor, eps: Tensor) -> float:
        if task == "1.5":
            return (yours("1.5", x_t, eps, a, p, z, shape=x_t.shape) / p.sqrt()).item()
        if task == "2.9":
            return (yours("2.9", x_t, eps, a, p, 0.0, z, shape=x_t.shape) / p.sqrt()).item()
        slope = yours("2.1", eps, a, shape=x_t.shape)
        return (yours("2.6", x_t, slope, 1 - a / p, 1.0, z, shape=x_t.shape) / p.sqrt()).item()

    slope = -1 / SIGMA[t].item()  # the score of x for eps = 1
    return after(none, none, one) / slope, after(none, one, none)


def measure() -> Table:
    """The share of Langevin's noise that each way back has, for as large a step along the score, at three t."""
    rows = [(phrase("Langevin (2.5)"), "1.00", "1.00", "1.00")]
    ways = {"1.5": phrase("DDPM (1.5)"), "2.6": phrase("reverse SDE (2.6)"), "2.9": phrase("DDIM, η = 0 (2.9)")}
    for task, name in ways.items():
        found = [one_step(task, t) for t in (900, 500, 100)]
        rows.append((name, *(f"{n**2 / (2 * a):.2f}" for a, n in found)))
    title = phrase("Noise variance over that of Langevin")
    return Table(title, (phrase("one step"), "t = 900", "t = 500", "t = 100"), rows)


def annealed(shown: tuple[int, ...] = SHOWN, count: int = LEVELS, each: int = EACH) -> Page:
    """The page: states and predictions of DDPM above, of annealed Langevin dynamics below."""
    title = phrase("The same thing, seen twice: DDPM and annealed Langevin dynamics")
    page = Page("annealed", title, CAPTION, 3.1)
    rows = page.subplots(4, len(shown))
    x_T = images.noise([3, 7, 11])
    with page.panel(*rows[:2].flatten()):
        states = ddpm(x_T)
        show(rows[:2], shown, [states[len(states) - 1 - t] for t in shown], "DDPM")
    with page.panel(*rows[2:].flatten()):
        states, (times, _) = langevin(x_T, count, each), levels(count)
        near = [int((times - t).abs().argmin()) for t in shown]
        scaled = [states[each * i] * ALPHA_BAR[times[i]].sqrt().item() for i in near]
        show(rows[2:], [int(times[i]) for i in near], scaled, "Langevin")
    return page.finished()


def show(rows: list[list[Axes]], times: tuple[int, ...] | list[int], states: list[Tensor], name: str) -> None:
    """States x_t above, x_0_pred below, a column for each t."""
    draw = partial(plots.tiles, columns=3)
    for above, below, t, x_t in zip(*rows, times, states):
        picture(
            above,
            draw(data.to_pixels(x_t / x_t.abs().amax().clamp(min=1)))[:-1, :-1],
            f"σ = {SIGMA[t]:.{0 if SIGMA[t] > 10 else 2}f}",
        )
        picture(below, draw(data.to_pixels(seen(x_t.float(), t)))[:-1, :-1])
    rows[0][0].set_ylabel(f"{name}\n$x_t$", fontsize=11)
    rows[1][0].set_ylabel("$x_{0|t}$", fontsize=11)
