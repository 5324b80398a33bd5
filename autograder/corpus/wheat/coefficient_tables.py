"""Coefficients of all the steps worked out at once as float64 tables; the loops only look them up."""

import torch

from diffusion.tensors import noise_like, per_item


def _ddim_tables(alpha_bar, tau, eta):
    """a, c, sigma of x_prev = a x + c eps + sigma z, an entry for each step of tau, the last first."""
    before = torch.nn.functional.pad(tau, (1, 0))[:-1]
    now, prev = alpha_bar[tau].flip(0), alpha_bar[before].flip(0)
    sigma = eta * torch.sqrt((1 - prev) / (1 - now) * (1 - now / prev))
    a = torch.sqrt(prev / now)
    c = torch.sqrt(torch.clamp(1 - prev - sigma**2, min=0)) - a * torch.sqrt(1 - now)
    return a, c, sigma


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    signal, noise = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    x_t = (per_item(signal[t], x_0) * x_0 + per_item(noise[t], x_0) * eps).to(x_0.dtype)
    error = eps - eps_model(x_t, t)
    return torch.mean(error * error)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    T = len(alpha_bar) - 1
    alphas = alpha_bar[1:] / alpha_bar[:-1]
    betas = 1 - alphas
    coef_eps = betas / torch.sqrt(1 - alpha_bar[1:])
    std = torch.sqrt(betas * (1 - alpha_bar[:-1]) / (1 - alpha_bar[1:]))
    x = x_T
    for i in reversed(range(T)):  # the tables are 0-based: entry i belongs to step i + 1
        t = torch.full((x.shape[0],), i + 1, dtype=torch.long, device=x.device)
        eps = eps_model(x, t)
        x = (x - coef_eps[i] * eps) / torch.sqrt(alphas[i]) + std[i] * noise_like(x, generator)
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    times = tau.to(x.device).flip(0)[:, None].expand(-1, x.shape[0])
    for t, a, c, sigma in zip(times, *_ddim_tables(alpha_bar, tau, eta)):
        x = a * x + c * eps_model(x, t) + sigma * noise_like(x, generator)
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    a, c, _ = _ddim_tables(alpha_bar, tau, 0.0)
    # solve x_prev = a x + c eps for x, first step first
    x = x_0
    for i, t in enumerate(tau.tolist()):
        k = len(tau) - 1 - i
        eps = eps_model(x, torch.full((x.shape[0],), t, dtype=torch.long, device=x.device))
        x = (x - c[k] * eps) / a[k]
    return x


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    signal, noise = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    x_t = (per_item(signal[t], x_0) * x_0 + per_item(noise[t], x_0) * eps).to(x_0.dtype)
    error = score_model(x_t, t) + eps / per_item(noise[t], x_0)
    return torch.mean(error * error)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    steps = step_size * (sigmas / sigmas[-1]).square()
    levels = sigmas.repeat_interleave(steps_per_sigma)
    steps = steps.repeat_interleave(steps_per_sigma)
    for sigma, a, root in zip(levels, steps, torch.sqrt(2 * steps)):
        x = x + a * score_fn(x, sigma) + root * noise_like(x, generator)
    return x


def ddim_timesteps(T, S):
    return torch.linspace(T / S, T, S).round().long()
