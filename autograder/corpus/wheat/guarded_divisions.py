"""A guard against a zero under each root and in each denominator: `clamp(min=1e-8)` on what could be ᾱ_t = 0."""

import torch

from diffusion.tensors import noise_like, per_item, time_like

SMALL = 1e-8


def q_sample(x_0, alpha_bar_t, eps):
    a = per_item(alpha_bar_t, x_0).clamp(min=SMALL, max=1.0)
    return (a.sqrt() * x_0 + (1 - a).clamp(min=0).sqrt() * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    a = per_item(alpha_bar_t, x_t).clamp(min=SMALL)
    return ((x_t - (1 - a).sqrt() * eps) / a.sqrt()).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    a, a_prev = alpha_bar_t.clamp(min=SMALL), alpha_bar_prev.clamp(min=SMALL)
    beta, rest = 1 - a / a_prev, (1 - a).clamp(min=1e-12)
    weight_0, weight_t = a_prev.sqrt() * beta / rest, (a / a_prev).sqrt() * (1 - a_prev) / rest
    mean = per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t
    return mean.to(x_t.dtype), (1 - a_prev) / rest * beta


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + per_item(variance.clamp(min=0).sqrt(), x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        x = ddpm_step(x, eps_model(x, time_like(x, t)), alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator))
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    a, a_prev = alpha_bar_t.clamp(min=SMALL), alpha_bar_prev.clamp(min=SMALL)
    return eta * ((1 - a_prev) / (1 - a).clamp(min=1e-12) * (1 - a / a_prev)).clamp(min=0).sqrt()


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    a, a_prev = alpha_bar_t.clamp(min=SMALL), alpha_bar_prev.clamp(min=SMALL)
    omega_t = ((1 - a_prev - sigma_t**2).clamp(min=0) / (1 - a).clamp(min=1e-12)).sqrt()
    return a_prev.sqrt() - a.sqrt() * omega_t, omega_t, 0.0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma)
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    return (per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t + per_item(sigma, x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, steps = x_T, [0, *tau.tolist()]
    for t_prev, t in reversed(list(zip(steps, steps[1:]))):
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


def score_from_eps(eps, alpha_bar_t):
    return (-eps / per_item((1 - alpha_bar_t.clamp(min=SMALL)).sqrt().clamp(min=SMALL), eps)).to(eps.dtype)
