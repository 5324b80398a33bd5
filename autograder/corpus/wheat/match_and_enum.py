"""match statements, an Enum of predictions, a TypedDict of coefficients, walrus: a Python 3.10 enthusiast's file."""

from enum import Enum, auto
from typing import TypedDict

import torch

from diffusion.tensors import noise_like, time_like


class Kind(Enum):
    CLEAN = auto()
    NOISE = auto()
    SCORE = auto()


class Coefficients(TypedDict, total=False):
    omega_0: torch.Tensor
    omega_t: torch.Tensor
    sigma: torch.Tensor


def _fit(c, x):
    match c.shape, x.shape:
        case (), _:
            return c
        case (b,), (n, *rest) if b == n:
            return c.reshape(b, *(1 for _ in rest))
        case wrong, _:
            raise ValueError(f"a coefficient of shape {tuple(wrong)} for a state {tuple(x.shape)}")


def _convert(kind_from, kind_to, value, x_t, alpha_bar_t):
    """What is known of x_t (its clean data, its noise or its score) in another form."""
    a = _fit(alpha_bar_t, x_t)
    match kind_from, kind_to:
        case Kind.NOISE, Kind.CLEAN:
            return (x_t - (1 - a).sqrt() * value) / a.sqrt()
        case Kind.NOISE, Kind.SCORE:
            return -value / (1 - a).sqrt()
        case Kind.SCORE, Kind.CLEAN:
            return (x_t + (1 - a) * value) / a.sqrt()
        case same, other if same is other:
            return value
        case _:
            raise NotImplementedError(f"{kind_from} -> {kind_to}")


def _coefficients(alpha_bar_t, alpha_bar_prev, *, eta=None, sigma=None) -> Coefficients:
    match eta, sigma:
        case None, torch.Tensor():
            pass
        case 0 | 0.0, None:
            sigma = torch.zeros_like(alpha_bar_t)
        case ((float() | int()), None):
            sigma = eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)).sqrt()
    omega_t = (torch.clamp_min(1 - alpha_bar_prev - sigma**2, 0) / (1 - alpha_bar_t)).sqrt()
    return {"sigma": sigma, "omega_t": omega_t, "omega_0": alpha_bar_prev.sqrt() - omega_t * alpha_bar_t.sqrt()}


def predict_x_0(x_t, alpha_bar_t, eps):
    return _convert(Kind.NOISE, Kind.CLEAN, eps, x_t, alpha_bar_t).to(x_t.dtype)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _coefficients(alpha_bar_t, alpha_bar_prev, eta=eta)["sigma"]


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    match _coefficients(alpha_bar_t, alpha_bar_prev, sigma=sigma_t):
        case {"omega_0": omega_0, "omega_t": omega_t}:
            return omega_0, omega_t, (b := 0.0)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    match _coefficients(alpha_bar_t, alpha_bar_prev, eta=eta), _convert(Kind.NOISE, Kind.CLEAN, eps, x_t, alpha_bar_t):
        case {"omega_0": omega_0, "omega_t": omega_t, "sigma": sigma}, x_0:
            x_prev = _fit(omega_0, x_t) * x_0 + _fit(omega_t, x_t) * x_t
            return (x_prev + _fit(sigma, x_t) * z).to(x_t.dtype)


def ddim_timesteps(T, S):
    match S:
        case 1:
            return torch.tensor([T])
        case n if n == T:
            return torch.arange(1, T + 1)
        case _:
            return torch.linspace(1, T, S, dtype=torch.float64).round().to(torch.int64)


def _loop(eps_model, x, alpha_bar, steps, eta, generator):
    match steps:
        case []:
            return x
        case [t]:
            return _convert(Kind.NOISE, Kind.CLEAN, eps_model(x, time_like(x, t)), x, alpha_bar[t]).to(x.dtype)
    while t := steps.pop() if steps else None:
        t_prev = steps[-1] if steps else 0
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    return _loop(eps_model, x_T, alpha_bar, list(range(1, len(alpha_bar))), 1, generator)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    return _loop(eps_model, x_T, alpha_bar, tau.tolist(), eta, generator)


def score_from_eps(eps, alpha_bar_t):
    return _convert(Kind.NOISE, Kind.SCORE, eps, eps, alpha_bar_t).to(eps.dtype)
