"""The lecture's noising in continuous time: t runs from 0, data, to 1, noise (Score SDE, Sec. 3.4 and App. C).

A table of T steps belongs to dt = 1/T: `alpha_bar_at(torch.arange(T + 1) / T)`. With T = 1000 that is the linear
schedule's to within 0.001.
"""

import torch
from torch import Tensor

from diffusion.tensors import per_item, same_shape

BETA_MIN, BETA_MAX = 0.1, 20.0


def beta_at(t: Tensor) -> Tensor:
    """β(t) = g(t)², the rate of the noising. t: float64, any shape, in 0..1."""
    return BETA_MIN + (BETA_MAX - BETA_MIN) * t


def alpha_bar_at(t: Tensor) -> Tensor:
    """ᾱ(t) = exp(−∫₀ᵗ β(s) ds), 1 at t = 0. t: float64, any shape, in 0..1."""
    return torch.exp(-(BETA_MIN * t + (BETA_MAX - BETA_MIN) * t.square() / 2))


def forward_sde_step(x: Tensor, beta: Tensor, dt: float, z: Tensor) -> Tensor:
    """One Euler-Maruyama step of the VP SDE, dx = −½βx dt + √β dw (Score SDE, Eq. 11), which the reverse SDE undoes.

    x, z: (B, *D); beta = β(t): () or (B,); dt > 0. Returns the state at t + dt, (B, *D).
    """
    same_shape(x=x, z=z)
    beta = per_item(beta, x)
    return (x - beta * x / 2 * dt + (beta * dt).sqrt() * z).to(x.dtype)


def probability_flow_step(x: Tensor, score: Tensor, beta: Tensor, dt: float) -> Tensor:
    """One Euler step back along the ODE with the marginals of the SDE, dx = (−½βx − ½β score) dt (Score SDE, Eq. 13).

    As the reverse SDE, with half the score and no noise. x, score: (B, *D); beta = β(t): () or (B,); dt > 0 is undone.
    """
    same_shape(x=x, score=score)
    beta = per_item(beta, x)
    return (x + (beta * x + beta * score) / 2 * dt).to(x.dtype)
