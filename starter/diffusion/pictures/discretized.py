"""How far DDPM's steps lie from the SDE, and DDIM's from the ODE, with n steps: what figure 9 draws.

The data are one Gaussian of standard deviation 0.5, so that all is known exactly.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffusion import sde
from diffusion.pictures.yours import yours
from diffusion.toy import GaussianMixture

DATA = GaussianMixture(torch.tensor([[0.0, 0.0]], dtype=torch.float64), std=0.5)
FINEST = 512  # most steps from t = 1 to t = 0: the noise of a larger step is the sum of that of its parts
END = 0.1  # where the way is stopped: below it the last steps are special


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
    y, drawn, each = x, Generator().manual_seed(3), FINEST // n
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


WAYS: dict[str, Callable[[int], float]] = {
    "noising": noising,
    "mean": lambda n: one_step(n, 0.0),
    "step": lambda n: one_step(n, 1.0),
    "way": lambda n: whole_way(n, END),
    "end": lambda n: whole_way(n, 0.0),
    "euler": lambda n: apart(along_ode(n, "ddim"), along_ode(n, "euler")),
    "ddim": lambda n: apart(along_ode(n, "ddim"), exact()),
    "time": lambda n: apart(along_ode(n, "time"), exact()),
}


def order(few: float, many: float, times: float) -> float:
    """By which power of dt a difference falls, from dt to dt/times."""
    return math.log(few / many) / math.log(times)
