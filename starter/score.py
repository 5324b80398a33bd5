"""Scores, Tweedie's formula, Langevin dynamics and the reverse SDE.

The score is ∇ log q(x_t), the direction in which the density of the noisy data grows fastest. A state has
shape (B, *D), float32 or float64; a coefficient (alpha_bar_t, variance, beta) is float64 and has shape () or
(B,); step sizes and dt are floats. No function changes its inputs; a state comes out in its own dtype.

Papers: NCSN = Song & Ermon 2019, arXiv 1907.05600. Score SDE = Song et al. 2021, arXiv 2011.13456.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffusion.tensors import noise_like, per_item, same_shape

ScoreModel = Callable[[Tensor, Tensor], Tensor]  # score_model(x_t, t) -> score; t has shape (B,), int64, in 1..T


def score_from_eps(eps: Tensor, alpha_bar_t: Tensor) -> Tensor:
    """The score ∇ log q(x_t | x_0) that a noise eps stands for (Score SDE, Sec. 3.3).

    eps: (B, *D); alpha_bar_t < 1: () or (B,). Returns the score, (B, *D).
    """
    alpha_bar_t = per_item(alpha_bar_t, eps)
    # TODO 2.1  The score from the noise (lecture: (Stein) Score Function)
    #   given  eps, alpha_bar_t (ready to multiply eps)
    #   want   score, the gradient of log N(x_t; √ᾱ_t x_0, (1 − ᾱ_t) I) at x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) eps
    #   check  make test T=2.1
    raise NotImplementedError("TODO 2.1: score_from_eps")
    return score.to(eps.dtype)


def tweedie_mean(x: Tensor, score: Tensor, variance: Tensor) -> Tensor:
    """Tweedie's formula: E[μ | x] of x ~ N(μ, variance I), from the score of x's marginal (Efron 2011, Eq. 1.4).

    x, score: (B, *D); variance: () or (B,). Returns the mean, (B, *D).
    """
    same_shape(x=x, score=score)
    variance = per_item(variance, x)
    # TODO 2.2  Tweedie's formula (lecture: Tweedie's Formula)
    #   given  x, the score at x, the variance of the noise in x (ready to multiply x)
    #   want   mean = E[μ | x]
    #   check  make test T=2.2
    raise NotImplementedError("TODO 2.2: tweedie_mean")
    return mean.to(x.dtype)


def score_matching_loss(score_model: ScoreModel, x_0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """Denoising score matching: mean squared error against the score of q(x_t | x_0) (Score SDE, Eq. 7, λ = 1).

    x_0, eps: (B, *D); t: (B,) int64 in 1..T; alpha_bar: (T + 1,). Returns a scalar that carries a graph.
    """
    same_shape(x_0=x_0, eps=eps)
    # TODO 2.3  Denoising score matching (lecture: Noise-Conditional Score-Based Models)
    #   given  the model, clean data x_0, a step t for each item, the noise eps to use, the table alpha_bar;
    #          per_item(c, x_0) makes a coefficient of shape (B,) ready to multiply x_0
    #   want   loss, the mean over all elements of (s_θ(x_t, t) + ε/√(1 − ᾱ_t))², x_t the forward jump to t
    #   check  make test T=2.3
    raise NotImplementedError("TODO 2.3: score_matching_loss")
    return loss


@torch.no_grad()
def langevin_sample(
    score_fn: Callable[[Tensor], Tensor],
    x: Tensor,
    step_size: float,
    num_steps: int,
    generator: Generator | None = None,
) -> Tensor:
    """Langevin dynamics at one noise level, the lecture's step size η = step_size (NCSN, Eq. 4 with ε = 2η).

    x: (B, *D); score_fn(x) -> score. Returns the state after num_steps steps, without a graph.
    """
    # TODO 2.4  Langevin dynamics (lecture: Langevin Dynamics)
    #   given  score_fn, the state x, step_size, num_steps; noise_like(x, generator) draws z
    #   want   x after num_steps times x + η score + √(2η) z, fresh z each time
    #   check  make test T=2.4
    raise NotImplementedError("TODO 2.4: langevin_sample")
    return x


@torch.no_grad()
def annealed_langevin_sample(
    score_fn: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    sigmas: Tensor,
    step_size: float,
    steps_per_sigma: int,
    generator: Generator | None = None,
) -> Tensor:
    """Langevin dynamics from the largest noise level to the smallest (NCSN, Algorithm 1 with α = 2a).

    x: (B, *D); sigmas: 1-d float64, falling; score_fn(x, sigma) -> score, sigma a 0-d tensor or a float.
    Returns the state after steps_per_sigma steps at each level, without a graph.
    """
    # TODO 2.5  Annealed Langevin dynamics (lecture: Annealed Langevin Dynamics; NCSN, Algorithm 1)
    #   given  score_fn, the state x, the levels sigmas, step_size, steps_per_sigma
    #   want   x after, at each σ_i in turn, steps_per_sigma Langevin steps of size step_size · (σ_i/σ_last)²
    #   check  make test T=2.5
    raise NotImplementedError("TODO 2.5: annealed_langevin_sample")
    return x


def reverse_sde_step(x: Tensor, score: Tensor, beta: Tensor, dt: float, z: Tensor) -> Tensor:
    """One Euler-Maruyama step of the reverse VP SDE, dx = [−½βx − β score] dt + √β dw̄ (Score SDE, Eq. 6 and 11).

    x, score, z: (B, *D); beta = β(t) = g(t)²: () or (B,); dt > 0 is the amount of time undone.
    Returns the state at t − dt, (B, *D).
    """
    same_shape(x=x, score=score, z=z)
    beta = per_item(beta, x)
    # TODO 2.6  One step of the reverse SDE (lecture: Stochastic Differential Equations, dt misprinted there)
    #   given  x, the score, beta (ready to multiply x), dt > 0, fresh noise z
    #   want   the state a time dt earlier: time runs backwards, so the drift changes its sign, the noise keeps √(β dt)
    #   check  make test T=2.6
    raise NotImplementedError("TODO 2.6: reverse_sde_step")
    return x_prev.to(x.dtype)
