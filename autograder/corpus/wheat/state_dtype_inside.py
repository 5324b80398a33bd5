"""Coefficients found in float64, then cast to the state's dtype, so that all large tensors stay in it."""

import torch

from diffusion.tensors import noise_like


def _cast(coefficient, x):
    """float64 () or (B,) -> the state's dtype, ready to multiply x."""
    return coefficient.to(x.dtype).reshape(coefficient.shape + (1,) * (x.ndim - 1 if coefficient.ndim else 0))


def q_sample(x_0, alpha_bar_t, eps):
    return _cast(alpha_bar_t.sqrt(), x_0) * x_0 + _cast((1 - alpha_bar_t).sqrt(), x_0) * eps


def predict_x_0(x_t, alpha_bar_t, eps):
    return (x_t - _cast((1 - alpha_bar_t).sqrt(), x_t) * eps) / _cast(alpha_bar_t.sqrt(), x_t)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    return torch.nn.functional.mse_loss(eps_model(q_sample(x_0, alpha_bar[t], eps), t), eps)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight_t = alpha_t**0.5 * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    weight_0 = alpha_bar_prev**0.5 * (1 - alpha_t) / (1 - alpha_bar_t)
    variance = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_t)
    return _cast(weight_t, x_t) * x_t + _cast(weight_0, x_0) * x_0, variance


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    return mean + _cast(variance.sqrt(), z) * z


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    sigma_t = eta * (beta_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)) ** 0.5
    direction = torch.relu(1 - alpha_bar_prev - sigma_t**2) ** 0.5
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    return _cast(alpha_bar_prev**0.5, x_t) * x_0_pred + _cast(direction, x_t) * eps + _cast(sigma_t, x_t) * z


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    n = len(tau)
    for i in range(n):
        t = tau[n - 1 - i].item()
        t_prev = 0 if i == n - 1 else tau[n - 2 - i].item()
        t_batch = torch.full((len(x),), t, device=x.device)
        x = ddim_step(x, eps_model(x, t_batch), alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


def score_from_eps(eps, alpha_bar_t):
    return -eps / _cast((1 - alpha_bar_t).sqrt(), eps)


def tweedie_mean(x, score, variance):
    return torch.add(x, _cast(variance, x) * score)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    std = _cast((1 - alpha_bar[t]) ** 0.5, x_0)
    x_t = _cast(alpha_bar[t] ** 0.5, x_0) * x_0 + std * eps
    return torch.nn.functional.mse_loss(score_model(x_t, t), -eps / std)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * sigma**2 / sigmas[-1] ** 2
        for _ in range(steps_per_sigma):
            x = x + _cast(a, x) * score_fn(x, sigma.to(x.dtype)) + _cast((2 * a) ** 0.5, x) * noise_like(x, generator)
    return x


def reverse_sde_step(x, score, beta, dt, z):
    return x + _cast(beta * dt, x) * (0.5 * x + score) + _cast((beta * dt).sqrt(), x) * z
