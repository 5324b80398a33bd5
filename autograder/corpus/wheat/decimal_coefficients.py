"""Coefficients by the decimal module, fifty digits each, since "floats are not exact"; states stay tensors."""

from decimal import Decimal, getcontext
from fractions import Fraction
from functools import lru_cache

import torch

from diffusion.tensors import noise_like, per_item, time_like

getcontext().prec = 50


@lru_cache(maxsize=4096)
def _beta_tilde(a, p):
    return (1 - p) / (1 - a) * (1 - a / p)


def _each(function, *coefficients):
    """function of Decimals, for a 0-d coefficient or each entry of a (B,) one, back as float64."""
    rows = zip(*(map(Decimal, c.reshape(-1).tolist()) for c in coefficients))
    numbers = [float(function(*row)) for row in rows]
    return torch.tensor(numbers, dtype=torch.float64, device=coefficients[0].device).reshape(coefficients[0].shape)


def q_sample(x_0, alpha_bar_t, eps):
    signal, noise = _each(Decimal.sqrt, alpha_bar_t), _each(lambda a: (1 - a).sqrt(), alpha_bar_t)
    return (per_item(signal, x_0) * x_0 + per_item(noise, x_0) * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    noise = _each(lambda a: ((1 - a) / a).sqrt(), alpha_bar_t)
    return (per_item(_each(lambda a: 1 / a.sqrt(), alpha_bar_t), x_t) * x_t - per_item(noise, x_t) * eps).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    pair = alpha_bar_t, alpha_bar_prev
    weight_t = _each(lambda a, p: (a / p).sqrt() * (1 - p) / (1 - a), *pair)
    weight_0 = _each(lambda a, p: p.sqrt() * (1 - a / p) / (1 - a), *pair)
    mean = per_item(weight_t, x_t) * x_t + per_item(weight_0, x_0) * x_0
    return mean.to(x_t.dtype), _each(_beta_tilde, *pair)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _each(lambda a, p: Decimal(eta) * _beta_tilde(a, p).sqrt(), alpha_bar_t, alpha_bar_prev)


def _kept(p, sigma):
    return max(1 - p - sigma * sigma, Decimal(0)).sqrt()


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    given = alpha_bar_t, alpha_bar_prev, sigma_t
    omega_t = _each(lambda a, p, s: _kept(p, s) / (1 - a).sqrt(), *given)
    omega_0 = _each(lambda a, p, s: p.sqrt() - a.sqrt() * _kept(p, s) / (1 - a).sqrt(), *given)
    return omega_0, omega_t, 0


def _weights(a, p, eta):
    sigma = Decimal(eta) * _beta_tilde(a, p).sqrt()
    of_x = (p / a).sqrt()
    return float(of_x), float(_kept(p, sigma) - of_x * (1 - a).sqrt()), float(sigma)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, table = x_T, [Decimal(a) for a in alpha_bar.tolist()]
    for t, t_prev in zip(tau.tolist()[::-1], tau.tolist()[-2::-1] + [0]):
        of_x, of_eps, sigma = _weights(table[t], table[t_prev], eta)
        x = of_x * x + of_eps * eps_model(x, time_like(x, t)) + sigma * noise_like(x, generator)
    return x


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    return ddim_sample(eps_model, x_T, alpha_bar, torch.arange(1, len(alpha_bar)), 1, generator)


def ddim_timesteps(T, S):
    return torch.tensor([round(Fraction(i * T, S)) for i in range(1, S + 1)])


def score_from_eps(eps, alpha_bar_t):
    return (per_item(_each(lambda a: -1 / (1 - a).sqrt(), alpha_bar_t), eps) * eps).to(eps.dtype)


def reverse_sde_step(x, score, beta, dt, z):
    grow = _each(lambda b: 1 + b * Decimal(dt) / 2, beta)
    pull, spread = _each(lambda b: b * Decimal(dt), beta), _each(lambda b: (b * Decimal(dt)).sqrt(), beta)
    return (per_item(grow, x) * x + per_item(pull, x) * score + per_item(spread, x) * z).to(x.dtype)
