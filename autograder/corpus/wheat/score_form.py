"""Everything through the score: x_0 by Tweedie's formula, steps as x + β·score, losses on scores."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _score(eps, alpha_bar_t):
    return -eps / per_item((1 - alpha_bar_t).sqrt(), eps)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    abar = per_item(alpha_bar[t], x_0)
    x_t = (abar.sqrt() * x_0 + (1 - abar).sqrt() * eps).to(x_0.dtype)
    residual = _score(eps_model(x_t, t), alpha_bar[t]) - _score(eps, alpha_bar[t])
    return ((1 - abar) * residual**2).mean()


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1 - alpha_t
    mean = (x_t + per_item(beta_t, x_t) * _score(eps, alpha_bar_t)) / per_item(alpha_t.sqrt(), x_t)
    std = (beta_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt()
    return (mean + per_item(std, x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x, time_like(x, t))
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator))
    return x


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    score = _score(eps, alpha_bar_t)
    # Tweedie: sqrt(abar_t) x_0 = x_t + (1 - abar_t) score
    x_0 = (x_t + per_item(1 - alpha_bar_t, x_t) * score) / per_item(alpha_bar_t.sqrt(), x_t)
    variance = eta**2 * (1 - alpha_bar_t / alpha_bar_prev) * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    radicand = ((1 - alpha_bar_prev - variance) * (1 - alpha_bar_t)).clamp_min(0)
    x_prev = per_item(alpha_bar_prev.sqrt(), x_t) * x_0 - per_item(radicand.sqrt(), x_t) * score
    return (x_prev + per_item(variance.sqrt(), x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    steps = [0] + tau.tolist()
    x = x_T
    for i in range(len(steps) - 1, 0, -1):
        eps = eps_model(x, time_like(x, steps[i]))
        x = ddim_step(x, eps, alpha_bar[steps[i]], alpha_bar[steps[i - 1]], eta, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, t_prev = x_0, 0
    for t in tau.tolist():
        eps = eps_model(x, time_like(x, t))
        if t_prev == 0:
            clean = x  # no noise yet, hence no score to correct with
        else:
            clean = x + (1 - alpha_bar[t_prev]) * _score(eps, alpha_bar[t_prev])
        x = (alpha_bar[t] / alpha_bar[t_prev]).sqrt() * clean - (1 - alpha_bar[t]) * _score(eps, alpha_bar[t])
        t_prev = t
    return x


def score_from_eps(eps, alpha_bar_t):
    return _score(eps, alpha_bar_t).to(eps.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    mean = per_item(alpha_bar[t].sqrt(), x_0) * x_0
    variance = per_item(1 - alpha_bar[t], x_0)
    x_t = mean + variance.sqrt() * eps
    target = -(x_t - mean) / variance
    return torch.mean((score_model(x_t.to(x_0.dtype), t) - target) ** 2)
