"""Formulas for one item and plain numbers; torch.func.vmap makes them work on a batch."""

import torch
from torch.func import vmap

from diffusion.tensors import noise_like, time_like


def _over_items(function, *args):
    """function of one item, mapped over the batch: states and (B,) coefficients split, 0-d coefficients shared."""
    in_dims = tuple(0 if isinstance(a, torch.Tensor) and a.ndim else None for a in args)
    return vmap(function, in_dims=in_dims)(*args)


def _jump(x_0, a, eps):
    return (a.sqrt() * x_0 + (1 - a).sqrt() * eps).to(x_0.dtype)


def _clean(x_t, a, eps):
    return ((x_t - (1 - a).sqrt() * eps) / a.sqrt()).to(x_t.dtype)


def _sigma(a, p, eta):
    return eta * ((1 - p) / (1 - a) * (1 - a / p)).sqrt()


def _ddim(x_t, eps, a, p, eta, z):
    sigma = _sigma(a, p, eta)
    x_0 = (x_t - (1 - a).sqrt() * eps) / a.sqrt()
    return (p.sqrt() * x_0 + (1 - p - sigma**2).clamp(min=0).sqrt() * eps + sigma * z).to(x_t.dtype)


def _squared_error(predicted, wanted):
    return (predicted - wanted).square().mean()


def q_sample(x_0, alpha_bar_t, eps):
    return _over_items(_jump, x_0, alpha_bar_t, eps)


def predict_x_0(x_t, alpha_bar_t, eps):
    return _over_items(_clean, x_t, alpha_bar_t, eps)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = vmap(_jump)(x_0, alpha_bar[t], eps)
    return vmap(_squared_error)(eps_model(x_t, t), eps).mean()


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return _over_items(_ddim, x_t, eps, alpha_bar_t, alpha_bar_prev, 1.0, z)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    if alpha_bar_t.ndim == 0:
        return _sigma(alpha_bar_t, alpha_bar_prev, eta)
    return vmap(_sigma, in_dims=(0, 0, None))(alpha_bar_t, alpha_bar_prev, eta)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    return _over_items(_ddim, x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    sigmas = vmap(_sigma, in_dims=(0, 0, None))(
        alpha_bar[tau], alpha_bar[torch.cat([tau[:0].new_zeros(1), tau[:-1]])], eta
    )
    for k in range(len(tau) - 1, -1, -1):
        a, p = alpha_bar[tau[k]], alpha_bar[tau[k - 1] if k else 0]
        eps = eps_model(x, time_like(x, int(tau[k])))
        direction = (1 - p - sigmas[k] ** 2).clamp(min=0).sqrt()
        x = p.sqrt() * _over_items(_clean, x, a, eps) + direction * eps + sigmas[k] * noise_like(x, generator)
    return x


def score_from_eps(eps, alpha_bar_t):
    return _over_items(lambda e, a: (-e * (1 - a).rsqrt()).to(e.dtype), eps, alpha_bar_t)


def tweedie_mean(x, score, variance):
    return _over_items(lambda x, s, v: (x + v * s).to(x.dtype), x, score, variance)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    predicted = score_model(vmap(_jump)(x_0, alpha_bar[t], eps), t)
    return vmap(lambda s, e, a: _squared_error(s, -e / (1 - a).sqrt()))(predicted, eps, alpha_bar[t]).mean()


def reverse_sde_step(x, score, beta, dt, z):
    def one(x, score, beta, z):
        return (x + beta * (x / 2 + score) * dt + (beta * dt).sqrt() * z).to(x.dtype)

    return _over_items(one, x, score, beta, z)
