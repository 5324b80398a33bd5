"""All eighteen functions in float64 throughout, even between a sampler's steps; cast back at the end."""

import math

import torch


def _c(coefficient, x):
    coefficient = coefficient.double()
    return coefficient.view(coefficient.shape + (1,) * (x.dim() - 1)) if coefficient.dim() else coefficient


def q_sample(x_0, alpha_bar_t, eps):
    a = _c(alpha_bar_t, x_0)
    return (a.sqrt() * x_0.double() + (1 - a).sqrt() * eps.double()).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    a = _c(alpha_bar_t, x_t)
    return ((x_t.double() - (1 - a).sqrt() * eps.double()) / a.sqrt()).to(x_t.dtype)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    pred = eps_model(q_sample(x_0, alpha_bar[t], eps), t)
    return (pred.double() - eps.double()).pow(2).mean()


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_bar_t, alpha_bar_prev = alpha_bar_t.double(), alpha_bar_prev.double()
    alpha = alpha_bar_t / alpha_bar_prev
    beta = 1.0 - alpha
    a = alpha.sqrt() * (1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t)
    b = alpha_bar_prev.sqrt() * beta / (1.0 - alpha_bar_t)
    mean = _c(a, x_t) * x_t.double() + _c(b, x_0) * x_0.double()
    return mean.to(x_t.dtype), beta * (1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0 = predict_x_0(x_t.double(), alpha_bar_t, eps.double())
    mean, variance = ddpm_posterior(x_0, x_t.double(), alpha_bar_t, alpha_bar_prev)
    return (mean + _c(variance, z).sqrt() * z.double()).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T.double()
    for t in range(len(alpha_bar) - 1, 0, -1):
        ts = torch.full((x.shape[0],), t, dtype=torch.long, device=x.device)
        eps = eps_model(x.to(x_T.dtype), ts).double()
        z = torch.randn(x.shape, dtype=torch.float64, device=x.device, generator=generator)
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x.to(x_T.dtype)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta = 1.0 - alpha_bar_t.double() / alpha_bar_prev.double()
    return eta * torch.sqrt((1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t)) * torch.sqrt(beta)


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_t = torch.sqrt((1.0 - alpha_bar_prev - sigma_t**2).clamp(min=0.0)) / torch.sqrt(1.0 - alpha_bar_t)
    omega_0 = torch.sqrt(alpha_bar_prev) - torch.sqrt(alpha_bar_t) * omega_t
    return omega_0, omega_t, torch.zeros((), dtype=torch.float64, device=omega_t.device)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0 = predict_x_0(x_t.double(), alpha_bar_t, eps.double())
    sigma = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, b = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma)
    mean = _c(omega_0, x_t) * x_0 + _c(omega_t, x_t) * x_t.double() + b
    return (mean + _c(sigma, x_t) * z.double()).to(x_t.dtype)


def ddim_timesteps(T, S):
    return torch.linspace(T / S, T, S, dtype=torch.float64).round().to(torch.int64)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T.double()
    steps = [0] + [int(t) for t in tau]
    for i in range(len(steps) - 1, 0, -1):
        ts = torch.full((x.shape[0],), steps[i], dtype=torch.long, device=x.device)
        eps = eps_model(x.to(x_T.dtype), ts).double()
        z = torch.randn(x.shape, dtype=torch.float64, device=x.device, generator=generator)
        x = ddim_step(x, eps, alpha_bar[steps[i]], alpha_bar[steps[i - 1]], eta, z)
    return x.to(x_T.dtype)


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x = x_0.double()
    a_prev = alpha_bar[0]
    for t in tau:
        ts = t.repeat(x.shape[0]).to(x.device)
        eps = eps_model(x.to(x_0.dtype), ts).double()
        x = q_sample(predict_x_0(x, a_prev, eps), alpha_bar[t], eps)
        a_prev = alpha_bar[t]
    return x.to(x_0.dtype)


def score_from_eps(eps, alpha_bar_t):
    return (-eps.double() * (1 - _c(alpha_bar_t, eps)).rsqrt()).to(eps.dtype)


def tweedie_mean(x, score, variance):
    return (x.double() + _c(variance, x) * score.double()).to(x.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = _c(alpha_bar[t], x_0)
    x_t = a.sqrt() * x_0.double() + (1 - a).sqrt() * eps.double()
    score = score_model(x_t.to(x_0.dtype), t).double()
    return torch.square(score + eps.double() / (1 - a).sqrt()).mean()


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    y = x.double()
    for _ in range(num_steps):
        z = torch.randn(y.shape, dtype=torch.float64, device=y.device, generator=generator)
        y = y + step_size * score_fn(y.to(x.dtype)).double() + math.sqrt(2 * step_size) * z
    return y.to(x.dtype)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    y = x.double()
    for sigma in sigmas:
        a = (step_size * (sigma / sigmas[-1]) ** 2).item()
        for _ in range(steps_per_sigma):
            z = torch.randn(y.shape, dtype=torch.float64, device=y.device, generator=generator)
            y = y + a * score_fn(y.to(x.dtype), sigma).double() + (2 * a) ** 0.5 * z
    return y.to(x.dtype)


def reverse_sde_step(x, score, beta, dt, z):
    beta = _c(beta, x)
    drift = -0.5 * beta * x.double() - beta * score.double()
    return (x.double() - drift * dt + torch.sqrt(beta) * math.sqrt(dt) * z.double()).to(x.dtype)
