"""Figure 9: as dt → 0, one step of DDPM becomes the reverse SDE's, and DDIM at η = 0 the ODE's."""

import math

import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion import sde
from diffusion.pictures.page import COLOURS, MARKERS, STYLE, Page
from diffusion.pictures.table import Table
from diffusion.pictures.yours import yours
from diffusion.toy import GaussianMixture

DATA = GaussianMixture(torch.tensor([[0.0, 0.0]], dtype=torch.float64), std=0.5)
MANY = (8, 16, 32, 64, 128, 256, 512)  # steps from t = 1 to t = 0, so that dt is 1 over that
SHOWN = (16, 64, 256)  # of them in the table
END = 0.1  # where the way is stopped: below it the last steps are special
ROWS = {  # a way, and what it is held beside
    "noising": ("forward SDE, t = 0 to 1/2, z = 0", "the jump (1.1)"),
    "mean": ("one step of 1.5, z = 0", "2.6"),
    "step": ("one step of 1.5", "2.6, the same z"),
    "way": (f"1.5 down to t = {END}", "2.6, the same z"),
    "end": ("1.5 down to t = 0", "2.6, the same z"),
    "euler": ("DDIM (2.9, η = 0)", "Euler in √((1 − ᾱ)/ᾱ)"),
    "ddim": ("DDIM (2.9, η = 0)", "the exact ODE"),
    "time": ("Euler in t", "the exact ODE"),
}
CAPTION = r"""
How far two ways lie apart for ever smaller dt. Both axes are logarithmic, so a slope of k is an order of k. Left: your
DDPM step and your reverse SDE step, from the same point with the same z. The means of one step differ by order 2, its
noise by order 1.5, and the whole way down to t = 0.1 by order 1. In the limit the two are one process. Right: how far
from the exact ODE the way ends. DDIM at η = 0 is Euler's method in $\sqrt{(1-\bar\alpha)/\bar\alpha}$ and of order
1, as is Euler's method in t. On this one wide Gaussian the latter even lies nearer.
"""


def starts(points: int = 200) -> Tensor:
    """Points of pure noise, (points, 2), float64."""
    return torch.randn(points, 2, generator=Generator().manual_seed(1), dtype=torch.float64)


def one_step(n: int, noise: float) -> float:
    """How far a step of 1.5 and one of 2.6 lie apart, from t = 1/2 with dt = 1/n; noise: 1, or 0 for the means."""
    t, x = torch.tensor(0.5, dtype=torch.float64), starts()
    z = noise * torch.randn(x.shape, generator=Generator().manual_seed(2), dtype=x.dtype)
    return apart(ddpm(x, t, 1 / n, z), reverse(x, t, 1 / n, z))


def whole_way(n: int, end: float) -> float:
    """How far 1.5 and 2.6 lie apart after n steps from t = 1 to `end`, with the same path of the noise for every n."""
    dt, x = (1 - end) / n, starts()
    y, drawn, each = x, Generator().manual_seed(3), MANY[-1] // n
    for i in range(n):
        z = torch.randn(each, *x.shape, generator=drawn, dtype=x.dtype).sum(dim=0) / each**0.5
        t = torch.tensor(1 - i * dt, dtype=torch.float64)
        x, y = ddpm(x, t, dt, z), reverse(y, t, dt, z)
    return apart(x, y)


def noising(n: int) -> float:
    """How far steps of the forward SDE from data to t = 1/2, with dt = 1/n, lie from your jump of 1.1; z = 0."""
    x_0, none = starts() * DATA.std, torch.zeros_like(starts())
    x, half = x_0, torch.tensor(0.5, dtype=torch.float64)
    for i in range(n // 2):
        x = sde.forward_sde_step(x, sde.beta_at(half * 2 * i / n), 1 / n, none)
    return apart(x, yours("1.1", x_0, sde.alpha_bar_at(half), none, shape=x.shape))


def ddpm(x: Tensor, t: Tensor, dt: float, z: Tensor) -> Tensor:
    """Your 1.5 from t to t − dt."""
    alpha_bar_t, alpha_bar_prev = sde.alpha_bar_at(t), sde.alpha_bar_at((t - dt).clamp(min=0))
    return yours("1.5", x, DATA.eps(x, alpha_bar_t), alpha_bar_t, alpha_bar_prev, z, shape=x.shape)


def reverse(x: Tensor, t: Tensor, dt: float, z: Tensor) -> Tensor:
    """Your 2.6 from t to t − dt, with the score by your 2.1."""
    alpha_bar_t = sde.alpha_bar_at(t)
    score = yours("2.1", DATA.eps(x, alpha_bar_t), alpha_bar_t, shape=x.shape)
    return yours("2.6", x, score, sde.beta_at(t), dt, z, shape=x.shape)


def along_ode(n: int, how: str) -> Tensor:
    """The ends of n steps from t = 1 to 0: how is "ddim", your 2.9 at η = 0; "time", Euler's method in t; or "euler".

    The last is Euler's method in σ = √((1 − ᾱ)/ᾱ), in which the ODE is d(x/√ᾱ) = ε dσ (DDIM, Eq. 14).
    """
    x, times = starts(), torch.linspace(1, 0, n + 1, dtype=torch.float64)
    for t, prev in zip(times, times[1:]):
        a, p = sde.alpha_bar_at(t), sde.alpha_bar_at(prev)
        eps = DATA.eps(x, a)
        if how == "ddim":
            x = yours("2.9", x, eps, a, p, 0.0, torch.zeros_like(x), shape=x.shape)
        elif how == "euler":
            x = p.sqrt() * (x / a.sqrt() + eps * (((1 - p) / p).sqrt() - ((1 - a) / a).sqrt()))
        else:
            x = sde.probability_flow_step(x, -eps / (1 - a).sqrt(), sde.beta_at(t), 1 / n)
    return x


def exact() -> Tensor:
    """Where the ODE ends: for data N(0, s²) it keeps x over the standard deviation of x_t."""
    alpha_bar = sde.alpha_bar_at(torch.tensor(1.0, dtype=torch.float64))
    return starts() * DATA.std / (alpha_bar * DATA.std**2 + 1 - alpha_bar).sqrt()


def apart(x: Tensor, y: Tensor) -> float:
    """The root of the mean square of the difference."""
    return (x - y).square().mean().sqrt().item()


def difference(row: str, n: int) -> float:
    """What the row of that name compares, with n steps."""
    if row == "noising":
        return noising(n)
    if row in ("mean", "step"):
        return one_step(n, float(row == "step"))
    if row in ("way", "end"):
        return whole_way(n, END if row == "way" else 0.0)
    if row == "euler":
        return apart(along_ode(n, "ddim"), along_ode(n, "euler"))
    return apart(along_ode(n, row), exact())


def order(few: float, many: float, times: float) -> float:
    """By which power of dt a difference falls, from dt to dt/times."""
    return math.log(few / many) / math.log(times)


def measure() -> Table:
    """The differences for three dt, and the order between the last two."""
    rows = []
    for row, titles in ROWS.items():
        found = [difference(row, n) for n in SHOWN]
        equal = max(found) < 1e-12
        cells = ["0" if equal else f"{each:.2g}" for each in found]
        rows.append((*titles, *cells, "equal" if equal else f"{order(*found[-2:], SHOWN[-1] / SHOWN[-2]):.2f}"))
    head = ("way", "beside", *(f"dt = 1/{n}" for n in SHOWN), "order")
    return Table("How far two ways lie apart, the root of the mean square", head, rows)


def small_steps(many: tuple[int, ...] = MANY) -> Page:
    """The page: 1.5 against 2.6 on the left, DDIM and Euler against the ODE on the right."""
    page = Page(
        "small_steps", "As dt → 0: DDPM and the SDE, DDIM and the ODE", CAPTION, "tasks 1.5, 2.1, 2.6 and 2.9", 4.6
    )
    left, right = page.subplots(1, 2)
    with page.panel(left):
        draw(left, many, ("way", "step", "mean"), "DDPM beside the reverse SDE")
    with page.panel(right):
        draw(right, many, ("time", "ddim"), "beside the exact ODE")
    return page.finished()


def draw(axes: Axes, many: tuple[int, ...], rows: tuple[str, ...], title: str) -> None:
    """Each row's differences over dt, both logarithmic, with the order that is read off."""
    for row, colour, marker in zip(rows, COLOURS, MARKERS):
        found = [difference(row, n) for n in many]
        label = f"{ROWS[row][0]}: order {order(*found[-2:], many[-1] / many[-2]):.2f}"
        axes.loglog([1 / n for n in many], found, color=colour, marker=marker, label=label)
    low, high = axes.get_ylim()
    axes.set_xticks([1 / n for n in many], [f"1/{n}" for n in many])
    axes.set_yticks([10**k for k in range(-6, 1) if low <= 10**k <= high])
    axes.minorticks_off()
    axes.set(xlabel="dt", ylabel="how far apart")
    axes.set_title(title, **STYLE)
    axes.legend(fontsize=10)
