"""Every step written in ε alone: DDPM's Algorithm 2, and DDIM's Eq. 12 multiplied out; no x_0 is formed."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _ddim_weights(alpha_bar_t, alpha_bar_prev, eta):
    """x_prev = a x_t + c ε + σ z."""
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)
    a = (alpha_bar_prev / alpha_bar_t).sqrt()
    c = (1 - alpha_bar_prev - eta**2 * variance).clamp(min=0).sqrt() - a * (1 - alpha_bar_t).sqrt()
    return a, c, eta * variance.sqrt()


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1 - alpha_t
    x = x_t.double()
    eps = (x - per_item(alpha_bar_t.sqrt(), x) * x_0) / per_item((1 - alpha_bar_t).sqrt(), x)
    mean = (x - per_item(beta_t / (1 - alpha_bar_t).sqrt(), x) * eps) / per_item(alpha_t.sqrt(), x)
    return mean.to(x_t.dtype), beta_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    alpha_t = alpha_bar_t / alpha_bar_prev
    sigma_t = ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)).sqrt()
    mean = 1 / per_item(alpha_t, x_t).sqrt() * (x_t - per_item((1 - alpha_t) / (1 - alpha_bar_t).sqrt(), x_t) * eps)
    return (mean + per_item(sigma_t, x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in reversed(range(1, len(alpha_bar))):
        eps = eps_model(x, time_like(x, t))
        alpha_t = alpha_bar[t] / alpha_bar[t - 1]
        beta_t = 1 - alpha_t
        x = (x - beta_t / (1 - alpha_bar[t]).sqrt() * eps) / alpha_t.sqrt()
        if t > 1:
            variance = beta_t * (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t])
            x = x + variance.sqrt() * noise_like(x, generator)
    return x.to(x_T.dtype)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a, c, sigma_t = _ddim_weights(alpha_bar_t, alpha_bar_prev, eta)
    x_prev = per_item(a, x_t) * x_t + per_item(c, x_t) * eps + per_item(sigma_t, x_t) * z
    return x_prev.to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    tau = tau.tolist()
    for i in range(len(tau) - 1, -1, -1):
        t, t_prev = tau[i], tau[i - 1] if i > 0 else 0
        a, c, sigma_t = _ddim_weights(alpha_bar[t], alpha_bar[t_prev], eta)
        x = a * x + c * eps_model(x, time_like(x, t)) + sigma_t * noise_like(x, generator)
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, t_prev = x_0, 0
    for t in tau.tolist():
        eps = eps_model(x, time_like(x, t))
        a = (alpha_bar[t] / alpha_bar[t_prev]).sqrt()
        x = a * x + ((1 - alpha_bar[t]).sqrt() - a * (1 - alpha_bar[t_prev]).sqrt()) * eps
        t_prev = t
    return x


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = per_item(alpha_bar[t], x_0)
    x_t = (a.sqrt() * x_0 + (1 - a).sqrt() * eps).to(x_0.dtype)
    return (((1 - a).sqrt() * score_model(x_t, t) + eps) ** 2 / (1 - a)).mean()
