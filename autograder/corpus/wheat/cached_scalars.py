"""math.sqrt on Python floats, lru_cached; (B,) coefficients go through lists and back to float64."""

import math
from functools import lru_cache

import torch

from diffusion.tensors import noise_like, per_item


@lru_cache(maxsize=None)
def _beta(a_t, a_prev):
    return 1 - a_t / a_prev


@lru_cache(maxsize=None)
def _variance(a_t, a_prev):
    return (1 - a_prev) / (1 - a_t) * _beta(a_t, a_prev)


@lru_cache(maxsize=None)
def _omegas(a_t, a_prev, sigma):
    omega_t = math.sqrt(max(0.0, 1 - a_prev - sigma**2) / (1 - a_t))
    return math.sqrt(a_prev) - math.sqrt(a_t) * omega_t, omega_t


@lru_cache(maxsize=None)
def _tau(T, S):
    return tuple(int(i * T / S + 0.5) for i in range(1, S + 1))


def _map(function, *coefficients):
    """function of floats, for each entry of 0-d or (B,) coefficients."""
    first = coefficients[0]
    if first.ndim == 0:
        values = function(*(c.item() for c in coefficients))
    else:
        values = [function(*row) for row in zip(*(c.tolist() for c in coefficients))]
    return torch.tensor(values, dtype=torch.float64, device=first.device)


def _times(c, x):
    """A coefficient as something that multiplies x: a float, or a float64 tensor (B, 1, ...)."""
    return c.item() if c.ndim == 0 else per_item(c, x)


def q_sample(x_0, alpha_bar_t, eps):
    signal, noise = _map(math.sqrt, alpha_bar_t), _map(lambda a: math.sqrt(1 - a), alpha_bar_t)
    return (_times(signal, x_0) * x_0 + _times(noise, x_0) * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    signal, noise = _map(math.sqrt, alpha_bar_t), _map(lambda a: math.sqrt(1 - a), alpha_bar_t)
    return ((x_t - _times(noise, x_t) * eps) / _times(signal, x_t)).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    weight_t = _map(lambda a, p: math.sqrt(a / p) * (1 - p) / (1 - a), alpha_bar_t, alpha_bar_prev)
    weight_0 = _map(lambda a, p: math.sqrt(p) * _beta(a, p) / (1 - a), alpha_bar_t, alpha_bar_prev)
    mean = _times(weight_t, x_t) * x_t + _times(weight_0, x_0) * x_0
    return mean.to(x_t.dtype), _map(_variance, alpha_bar_t, alpha_bar_prev)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _map(lambda a, p: eta * math.sqrt(_variance(a, p)), alpha_bar_t, alpha_bar_prev)


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omegas = _map(_omegas, alpha_bar_t, alpha_bar_prev, sigma_t)
    return omegas[..., 0], omegas[..., 1], 0.0


def ddim_timesteps(T, S):
    return torch.tensor(_tau(T, S), dtype=torch.int64)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    table = alpha_bar.tolist()
    x = x_T
    for t in range(len(table) - 1, 0, -1):
        beta = _beta(table[t], table[t - 1])
        eps = eps_model(x, torch.tensor([t] * x.shape[0], device=x.device))
        x = (x - beta / math.sqrt(1 - table[t]) * eps) / math.sqrt(1 - beta)
        x = x + math.sqrt(_variance(table[t], table[t - 1])) * noise_like(x, generator)
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    table = alpha_bar.tolist()
    x, tau = x_T, tau.tolist()
    for i in reversed(range(len(tau))):
        a_t, a_prev = table[tau[i]], table[tau[i - 1]] if i else 1.0
        eps = eps_model(x, torch.tensor([tau[i]] * x.shape[0], device=x.device))
        sigma = eta * math.sqrt(_variance(a_t, a_prev))
        omega_0, omega_t = _omegas(a_t, a_prev, sigma)
        x_0_pred = (x - math.sqrt(1 - a_t) * eps) / math.sqrt(a_t)
        x = omega_0 * x_0_pred + omega_t * x + sigma * noise_like(x, generator)
    return x
