"""Figure 10: DDIM's forward chain, drawn as the slide draws it: x_T from x_0 first, then down with an eye on x_0."""

import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion.phrases import phrase
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, GREY, MARKERS, STYLE, Page
from diffusion.pictures.table import Table
from diffusion.pictures.yours import yours
from diffusion.schedule import linear_schedule

ALPHA_BAR, TIMES, ETAS = linear_schedule(), tuple(range(1000, 0, -100)), (0.0, 0.5, 1.0)
AT = TIMES.index(600), TIMES.index(500)  # the neighbours in the table
X_0, DRAWN, DRAWS = 1.0, 5, 100_000
CAPTION = phrase(r"""
Above: five chains for one $x_0$ (the cross at t = 0). The jump gives $x_T$, and $q_\sigma(x_{t-1}|x_t,x_0)$ draws the
others downwards. Grey: where the jump puts 95 % of all $x_t$. Below: at every t, 100,000 chains have the mean and the
spread of the jump (line) whatever η is, so training, which knows the jump alone, cannot tell them apart. What η
changes is how neighbours hang together. At η = 0 one $x_t$ of a chain and $x_0$ tell all others, and the larger η is,
the more each step forgets. Drawn by tasks 1.1 and 2.9.
""")


def chain(x_0: Tensor, eta: float) -> Tensor:
    """States at TIMES, (10, B, 1): x_T by your jump of 1.1, each further one by your 2.9, which is told the true x_0.

    With the true noise in the place of a predicted one x_0_pred is x_0, so that 2.9 draws from q_σ(x_prev | x_t, x_0).
    """
    draw = Generator().manual_seed(int(100 * eta))
    noise = [torch.randn(x_0.shape, generator=draw, dtype=x_0.dtype) for _ in TIMES]
    states = [yours("1.1", x_0, ALPHA_BAR[TIMES[0]], noise[0], shape=x_0.shape)]
    for t, prev, z in zip(TIMES, TIMES[1:], noise[1:]):
        a, p = ALPHA_BAR[t], ALPHA_BAR[prev]
        eps = (states[-1] - a.sqrt() * x_0) / (1 - a).sqrt()
        states.append(yours("2.9", states[-1], eps, a, p, eta, z, shape=x_0.shape))
    return torch.stack(states)


def markov(x_0: Tensor) -> Tensor:
    """States at TIMES, (10, B, 1), of DDPM's forward chain: upwards from x_0, by your 1.1 from each to the next."""
    draw, states, before = Generator().manual_seed(7), [x_0], torch.tensor(1.0, dtype=torch.float64)
    for t in reversed(TIMES):
        z = torch.randn(x_0.shape, generator=draw, dtype=x_0.dtype)
        states.append(yours("1.1", states[-1], ALPHA_BAR[t] / before, z, shape=x_0.shape))
        before = ALPHA_BAR[t]
    return torch.stack(states[:0:-1])


def data(draws: int) -> Tensor:
    """Clean data, (draws, 1): X_0 in one half and −X_0 in the other."""
    return X_0 * torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(draws // 2)[:, None]


def off_the_jump(states: Tensor, x_0: Tensor) -> Tensor:
    """What is left of the states without √ᾱ_t x_0, (10, B): by the jump of mean 0 and variance 1 − ᾱ_t."""
    return (states - ALPHA_BAR[[*TIMES]].sqrt()[:, None, None] * x_0)[..., 0]


def correlations(states: Tensor, x_0: Tensor) -> Tensor:
    """Between each state and the next lower one, x_0 given, (9,)."""
    left = off_the_jump(states, x_0)
    return torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(left, left[1:])])


def weight_of_x_0(states: Tensor, x_0: Tensor) -> float:
    """How much x_0 counts beside x_500 in the mean of x_600, by least squares; 0 where the chain is Markovian."""
    higher, lower = (states[i, :, 0] for i in AT)
    return torch.linalg.lstsq(torch.stack([lower, x_0[:, 0]], dim=1), higher[:, None]).solution[1].item()


def measure(draws: int = DRAWS) -> Table:
    """For each η, and for DDPM's own chain, what stays and what does not."""
    x_0, rows = data(draws), []
    for name, states in [*((f"η = {eta:g}", chain(x_0, eta)) for eta in ETAS), (phrase("DDPM, upwards"), markov(x_0))]:
        left = off_the_jump(states, x_0)
        mean = left.mean(dim=1).abs().max()
        spread = (left.std(dim=1) - (1 - ALPHA_BAR[[*TIMES]]).sqrt()).abs().max()
        between = correlations(states, x_0)[AT[0]]
        cells = f"{mean:.3f}", f"{spread:.3f}", f"{between:.2f}", f"{weight_of_x_0(states, x_0):.2f}"
        rows.append((name, *(each.replace("-0.00", "0.00") for each in cells)))
    head = phrase("chain"), phrase("mean, off the jump's"), phrase("spread, off the jump's")
    head += phrase("correlation of x_600, x_500"), phrase("weight of x_0")
    return Table(phrase("{draws:,} chains of ten steps", draws=draws), head, rows)


def forward_chain(draws: int = DRAWS) -> Page:
    """The page: chains for three η above; below the mean, the spread and the correlation of neighbours over t."""
    title = phrase("The forward chain of DDIM: the same jump, other neighbours")
    page = Page("forward_chain", title, CAPTION, 5.9)
    above, below = page.subplots(2, 3)
    with page.panel(*above, *below):
        x_0 = data(draws)
        found = {eta: chain(x_0, eta) for eta in ETAS}
        for axes, (eta, states) in zip(above, found.items()):
            draw_chains(axes, states[:, x_0[:, 0] > 0], f"η = {eta:g}")
        draw_marginals(below, found, x_0)
    return page.finished()


def draw_chains(axes: Axes, states: Tensor, title: str) -> None:
    """A few chains down to x_0, over where the jump puts them."""
    t, a = torch.arange(1001), ALPHA_BAR
    axes.fill_between(t, *(a.sqrt() * X_0 + side * 1.96 * (1 - a).sqrt() for side in (-1, 1)), color="0.9")
    for each, colour, marker in zip(states[:, :DRAWN, 0].T, COLOURS, MARKERS):
        axes.plot([*TIMES, 0], [*each, X_0], color=colour, marker=marker, markersize=4, linewidth=1.2)
    axes.plot(0, X_0, "x", color="black", markersize=9, markeredgewidth=2.5, zorder=3, clip_on=False)
    axes.set(xlim=(0, 1000), ylim=(-3.4, 3.4), xticks=(0, 500, 1000), yticks=(-2, 0, 2), xlabel="t", ylabel="$x_t$")
    axes.set_title(title, **STYLE)


def draw_marginals(panels: list[Axes], found: dict[float, Tensor], x_0: Tensor) -> None:
    """Mean and spread of x_t for x_0 = X_0, and the correlation of neighbours, for each η."""
    plus, a = x_0[:, 0] > 0, ALPHA_BAR
    titles = label("mean of $x_t$"), label("spread of $x_t$")
    for axes, jump, title in zip(panels, (a.sqrt() * X_0, (1 - a).sqrt()), titles):
        axes.plot(jump, color=GREY, linewidth=3)
        axes.set_title(title, **STYLE)
    for i, ((eta, states), colour, marker) in enumerate(zip(found.items(), COLOURS, MARKERS)):
        look = {"color": colour, "marker": marker, "markersize": 9 - 2 * i, "label": f"η = {eta:g}"}
        panels[0].plot(TIMES, states[:, plus, 0].mean(dim=1), linestyle="", **look)
        panels[1].plot(TIMES, states[:, plus, 0].std(dim=1), linestyle="", **look)
        panels[2].plot(TIMES[1:], correlations(states, x_0), **look)
    panels[2].set_title(label("correlation of neighbours"), **STYLE)
    panels[2].legend(fontsize=10)
    for axes in panels:
        axes.set(xlim=(0, 1050), ylim=(-0.05, 1.1), xticks=(0, 500, 1000), yticks=(0, 0.5, 1), xlabel="t")
