"""The mistakes that the page can put into a sampler, put into your own step, to make images with the network.

A step is told x_t, ε, where it is, and z. What the page computes with the same mistakes is in engine.js; tests hold
both to the course's reference.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffusion.pictures import images
from diffusion.pictures.step_grid import SEED
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import DEVICE, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import time_like


class Place(NamedTuple):
    """A step of the sampler, from t to prev, with η."""

    table: Tensor  # ᾱ_0 … ᾱ_T
    t: int
    prev: int
    eta: float

    @property
    def pair(self) -> tuple[Tensor, Tensor]:
        """ᾱ_t and ᾱ_prev."""
        return self.table[self.t], self.table[self.prev]

    def beta(self, prev: int | None = None) -> Tensor:
        """β_t of this pair, or of t and another step."""
        return 1 - self.table[self.t] / self.table[self.prev if prev is None else prev]


Step = Callable[[Tensor, Tensor, Place, Tensor], Tensor]


def right(x_t: Tensor, eps: Tensor, at: Place, z: Tensor) -> Tensor:
    """Your 2.9."""
    return yours("2.9", x_t, eps, *at.pair, at.eta, z, shape=x_t.shape)


def sigma(at: Place) -> Tensor:
    """Your 2.7."""
    return yours("2.7", *at.pair, at.eta, shape=())


def scaled(factor: Callable[[Place], Tensor]) -> Step:
    """A σ_t that is so many times the right one, which is your 2.9 with another η."""
    return lambda x_t, eps, at, z: right(x_t, eps, at._replace(eta=at.eta * factor(at).item()), z)


def moved(prev: Callable[[Place], int]) -> Step:
    """A step that goes to another place."""
    return lambda x_t, eps, at, z: right(x_t, eps, at._replace(prev=prev(at)), z)


def noise_on_top(x_t: Tensor, eps: Tensor, at: Place, z: Tensor) -> Tensor:
    """Fresh noise, though the old noise keeps all its weight."""
    return right(x_t, eps, at._replace(eta=0.0), z) + sigma(at) * z


def other_root(x_t: Tensor, eps: Tensor, at: Place, z: Tensor) -> Tensor:
    """The noise that x_t has already is turned round: what your step adds to √ᾱ_prev x_0_pred + σ_t z, with a minus."""
    x_0_pred = yours("1.2", x_t, at.pair[0], eps, shape=x_t.shape)
    kept = at.pair[1].sqrt() * x_0_pred + sigma(at) * z
    return 2 * kept - right(x_t, eps, at, z)


def slide_mean(x_t: Tensor, eps: Tensor, at: Place, z: Tensor) -> Tensor:
    """DDPM's mean as the slide of 1.4 prints it, with your η in the noise."""
    a, p = at.pair
    x_0_pred = yours("1.2", x_t, a, eps, shape=x_t.shape)
    mean = ((a / p).sqrt() * (1 - p) * x_t - p.sqrt() * at.beta() * x_0_pred) / (1 - a).sqrt()
    return mean + sigma(at) * z


MISTAKES: dict[str, Step] = {
    "beta_outside_root": scaled(lambda at: at.beta().sqrt()),
    "negative_root": other_root,
    "posterior_slide": slide_mean,
    "table_beta_on_subsequence": scaled(lambda at: (at.beta(at.t - 1) / at.beta()).sqrt()),
    "variance_for_sigma": scaled(sigma),
    "direction_ignores_sigma": noise_on_top,
    "previous_in_the_full_chain": moved(lambda at: at.t - 1),
    "ends_at_first_alpha_bar": moved(lambda at: max(at.prev, 1)),
}


@torch.no_grad()
def sample(x_T: Tensor, S: int, etas: Sequence[float]) -> dict[str, Tensor]:
    """What comes out of S steps with each mistake, (η, *x_T.shape), on the CPU; one call of the network a step."""
    table, draw = linear_schedule().to(DEVICE), Generator(DEVICE).manual_seed(SEED)
    cells = [(name, eta) for name in MISTAKES for eta in etas]
    states, tau = torch.stack([x_T] * len(cells)), [0, *steps(len(table) - 1, S).tolist()]
    for prev, t in reversed([*zip(tau, tau[1:])]):
        x = states.flatten(0, 1)
        eps = images.network()(x, time_like(x, t)).reshape(states.shape)
        z = torch.randn(x_T.shape, generator=draw, device=DEVICE, dtype=x_T.dtype)
        places = [(MISTAKES[name], Place(table, t, prev, eta)) for name, eta in cells]
        states = torch.stack([step(x_t, e, at, z) for (step, at), x_t, e in zip(places, states, eps)])
    return dict(zip(MISTAKES, states.cpu().split(len(etas))))
