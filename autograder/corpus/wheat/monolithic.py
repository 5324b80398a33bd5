"""Calls none of its own functions and none of the provided helpers: each sampler is one loop on its own."""

import torch


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    B = x.size(0)
    for t in range(alpha_bar.numel() - 1, 0, -1):
        a_t = alpha_bar[t]
        a_prev = alpha_bar[t - 1]
        alpha_t = a_t / a_prev
        beta_t = 1 - alpha_t
        eps = eps_model(x, torch.ones(B, dtype=torch.long, device=x.device) * t)
        x_0 = (x - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        mean = (alpha_t.sqrt() * (1 - a_prev) * x + a_prev.sqrt() * beta_t * x_0) / (1 - a_t)
        x = mean
        if t > 1:
            z = torch.randn(x.size(), generator=generator, device=x.device, dtype=x.dtype)
            x = mean + ((1 - a_prev) / (1 - a_t) * beta_t).sqrt() * z
    return x


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    while alpha_bar_t.ndim not in (0, x_t.ndim):
        alpha_bar_t = alpha_bar_t.unsqueeze(-1)
        alpha_bar_prev = alpha_bar_prev.unsqueeze(-1)
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1 - alpha_t
    x_0 = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    mean = alpha_t.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * x_t
    mean = mean + alpha_bar_prev.sqrt() * beta_t / (1 - alpha_bar_t) * x_0
    return (mean + ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt() * z).to(x_t.dtype)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    while alpha_bar_t.ndim not in (0, x_t.ndim):
        alpha_bar_t = alpha_bar_t[..., None]
        alpha_bar_prev = alpha_bar_prev[..., None]
    sigma_t = eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)).sqrt()
    x_0 = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    direction = (1 - alpha_bar_prev - sigma_t**2).clamp(min=0).sqrt() * eps
    return (alpha_bar_prev.sqrt() * x_0 + direction + sigma_t * z).to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    S = len(tau)
    # all the noise in advance
    z = torch.randn((S, *x.shape), generator=generator, device=x.device, dtype=x.dtype)
    for i in range(S - 1, -1, -1):
        t = tau[i]
        a_t = alpha_bar[t]
        a_prev = alpha_bar[tau[i - 1]] if i > 0 else torch.ones_like(a_t)
        sigma_t = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
        eps = eps_model(x, torch.ones(x.shape[0], dtype=torch.int64, device=x.device) * int(t))
        x_0 = (x - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        x = a_prev.sqrt() * x_0 + (1 - a_prev - sigma_t**2).clamp(min=0).sqrt() * eps + sigma_t * z[i]
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x = x_0
    for i in range(len(tau)):
        a_from = alpha_bar[tau[i - 1]] if i else alpha_bar[0]
        a_to = alpha_bar[tau[i]]
        eps = eps_model(x, torch.ones(x.shape[0], dtype=torch.int64, device=x.device) * int(tau[i]))
        clean = (x - (1 - a_from).sqrt() * eps) / a_from.sqrt()
        x = a_to.sqrt() * clean + (1 - a_to).sqrt() * eps
    return x


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    a = alpha_bar[t]
    for _ in range(x_0.dim() - 1):
        a = a.unsqueeze(-1)
    x_t = (a**0.5 * x_0 + (1 - a) ** 0.5 * eps).type_as(x_0)
    return ((eps_model(x_t, t) - eps) ** 2).reshape(x_0.shape[0], -1).mean(dim=1).mean()


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = alpha_bar[t]
    for _ in range(x_0.dim() - 1):
        a = a.unsqueeze(-1)
    x_t = (a**0.5 * x_0 + (1 - a) ** 0.5 * eps).type_as(x_0)
    return ((score_model(x_t, t) + eps / (1 - a) ** 0.5) ** 2).reshape(x_0.shape[0], -1).mean(dim=1).mean()


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    L = len(sigmas)
    z = torch.randn((L, steps_per_sigma, *x.shape), generator=generator, device=x.device, dtype=x.dtype)
    for i in range(L):
        a = step_size * (sigmas[i] / sigmas[L - 1]) ** 2
        for k in range(steps_per_sigma):
            x = x + a * score_fn(x, sigmas[i]) + (2 * a).sqrt() * z[i, k]
    return x
