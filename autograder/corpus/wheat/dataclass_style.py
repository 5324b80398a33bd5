"""Annotated to the last local, with a frozen dataclass for a pair of steps and typing's aliases."""

from dataclasses import dataclass
from typing import Callable, Final, Iterator, Optional

import torch
from torch import Generator, Tensor

from diffusion.tensors import check_tau, noise_like, per_item, same_shape, time_like

_CLEAN: Final[int] = 0


@dataclass(frozen=True)
class _Pair:
    """A step t and the step before it, by their ᾱ."""

    alpha_bar_t: Tensor
    alpha_bar_prev: Tensor

    @property
    def alpha(self) -> Tensor:
        return self.alpha_bar_t / self.alpha_bar_prev

    @property
    def beta(self) -> Tensor:
        return 1.0 - self.alpha

    @property
    def beta_tilde(self) -> Tensor:
        return (1.0 - self.alpha_bar_prev) / (1.0 - self.alpha_bar_t) * self.beta


def _pairs(tau: Tensor) -> Iterator[tuple[int, int]]:
    """(t, t_prev) from the last pair to the first."""
    later: int = int(tau[-1])
    for earlier in (*reversed(tau[:-1].tolist()), _CLEAN):
        yield later, earlier
        later = earlier


def ddpm_posterior(x_0: Tensor, x_t: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor) -> tuple[Tensor, Tensor]:
    same_shape(x_0=x_0, x_t=x_t)
    pair: _Pair = _Pair(alpha_bar_t, alpha_bar_prev)
    denominator: Tensor = 1.0 - alpha_bar_t
    weight_0: Tensor = per_item(alpha_bar_prev.sqrt() * pair.beta / denominator, x_0)
    weight_t: Tensor = per_item(pair.alpha.sqrt() * (1.0 - alpha_bar_prev) / denominator, x_t)
    mean: Tensor = weight_0 * x_0 + weight_t * x_t
    return mean.to(dtype=x_t.dtype), pair.beta_tilde


def ddim_sigma(alpha_bar_t: Tensor, alpha_bar_prev: Tensor, eta: float) -> Tensor:
    return float(eta) * torch.sqrt(_Pair(alpha_bar_t, alpha_bar_prev).beta_tilde)


def ddim_coefficients(alpha_bar_t: Tensor, alpha_bar_prev: Tensor, sigma_t: Tensor) -> tuple[Tensor, Tensor, float]:
    radicand: Tensor = 1.0 - alpha_bar_prev - torch.square(sigma_t)
    if bool((radicand < -1e-9).any()):
        raise ValueError("sigma_t is larger than sqrt(1 - alpha_bar_prev)")
    omega_t: Tensor = torch.sqrt(radicand.clamp(min=0.0)) / torch.sqrt(1.0 - alpha_bar_t)
    omega_0: Tensor = torch.sqrt(alpha_bar_prev) - torch.sqrt(alpha_bar_t) * omega_t
    return omega_0, omega_t, 0.0


def ddim_timesteps(T: int, S: int) -> Tensor:
    if S < 1 or S > T:
        raise ValueError(f"S = {S} steps cannot be taken out of {T}")
    tau: list[int] = [(i * T) // S for i in range(1, S + 1)]
    return torch.tensor(tau, dtype=torch.int64)


@torch.no_grad()
def ddim_sample(
    eps_model: Callable[[Tensor, Tensor], Tensor],
    x_T: Tensor,
    alpha_bar: Tensor,
    tau: Tensor,
    eta: float = 0.0,
    generator: Optional[Generator] = None,
) -> Tensor:
    check_tau(tau, alpha_bar)
    x: Tensor = x_T
    for t, t_prev in _pairs(tau):
        pair: _Pair = _Pair(alpha_bar[t], alpha_bar[t_prev])
        eps: Tensor = eps_model(x, time_like(x, t))
        sigma: Tensor = eta * pair.beta_tilde.sqrt()
        x_0_pred: Tensor = (x - (1.0 - pair.alpha_bar_t).sqrt() * eps) / pair.alpha_bar_t.sqrt()
        direction: Tensor = (1.0 - pair.alpha_bar_prev - sigma**2).clamp(min=0.0).sqrt() * eps
        x = pair.alpha_bar_prev.sqrt() * x_0_pred + direction + sigma * noise_like(x, generator)
    return x


@torch.no_grad()
def langevin_sample(
    score_fn: Callable[[Tensor], Tensor],
    x: Tensor,
    step_size: float,
    num_steps: int,
    generator: Optional[Generator] = None,
) -> Tensor:
    state: Tensor = x
    noise_scale: Final[float] = (2.0 * step_size) ** 0.5
    for _ in range(num_steps):
        score: Tensor = score_fn(state)
        z: Tensor = noise_like(state, generator)
        state = state + step_size * score + noise_scale * z
    return state


@torch.no_grad()
def annealed_langevin_sample(
    score_fn: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    sigmas: Tensor,
    step_size: float,
    steps_per_sigma: int,
    generator: Optional[Generator] = None,
) -> Tensor:
    last: float = float(sigmas[-1])
    level: Tensor
    for level in sigmas.unbind():
        a: float = step_size * (float(level) / last) ** 2
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, level) + (2.0 * a) ** 0.5 * noise_like(x, generator)
    return x
