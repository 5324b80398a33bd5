"""ᾱ kept as a logarithm: √ᾱ = exp(½ log ᾱ), 1 − ᾱ = −expm1(log ᾱ), β from a difference of logarithms."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _signal(log_alpha_bar):
    return torch.exp(0.5 * log_alpha_bar)


def _noise(log_alpha_bar):
    return torch.sqrt(-torch.expm1(log_alpha_bar))


def _log_variance(log_t, log_prev):
    """log of (1 − ᾱ_prev) β_t / (1 − ᾱ_t); −∞ at the clean end."""
    return (
        torch.log(-torch.expm1(log_prev)) + torch.log(-torch.expm1(log_t - log_prev)) - torch.log(-torch.expm1(log_t))
    )


def q_sample(x_0, alpha_bar_t, eps):
    log_t = per_item(alpha_bar_t.log(), x_0)
    return (_signal(log_t) * x_0 + _noise(log_t) * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    log_t = per_item(alpha_bar_t.log(), x_t)
    return ((x_t - _noise(log_t) * eps) * torch.exp(-0.5 * log_t)).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    log_t, log_prev = alpha_bar_t.log(), alpha_bar_prev.log()
    one_minus_t = -torch.expm1(log_t)
    weight_t = _signal(log_t - log_prev) * -torch.expm1(log_prev) / one_minus_t
    weight_0 = _signal(log_prev) * -torch.expm1(log_t - log_prev) / one_minus_t
    mean = per_item(weight_t, x_t) * x_t + per_item(weight_0, x_0) * x_0
    return mean.to(x_t.dtype), torch.exp(_log_variance(log_t, log_prev))


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    log_t, log_prev = alpha_bar_t.log(), alpha_bar_prev.log()
    beta_t = -torch.expm1(log_t - log_prev)
    mean = (x_t - per_item(beta_t / _noise(log_t), x_t) * eps) / per_item(_signal(log_t - log_prev), x_t)
    return (mean + per_item(torch.exp(0.5 * _log_variance(log_t, log_prev)), z) * z).to(x_t.dtype)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return eta * torch.exp(0.5 * _log_variance(torch.log(alpha_bar_t), torch.log(alpha_bar_prev)))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    log_t, log_prev = alpha_bar_t.log(), alpha_bar_prev.log()
    omega_t = (-torch.expm1(log_prev) - sigma_t**2).clamp(min=0).sqrt() / _noise(log_t)
    return _signal(log_prev) - _signal(log_t) * omega_t, omega_t, 0.0


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    log_alpha_bar = alpha_bar.log()
    x, steps = x_T, [0, *tau.tolist()]
    for i in range(len(tau), 0, -1):
        log_t, log_prev = log_alpha_bar[steps[i]], log_alpha_bar[steps[i - 1]]
        eps = eps_model(x, time_like(x, steps[i]))
        sigma = eta * torch.exp(0.5 * _log_variance(log_t, log_prev))
        x_0_pred = (x - _noise(log_t) * eps) * torch.exp(-0.5 * log_t)
        direction = (-torch.expm1(log_prev) - sigma**2).clamp(min=0).sqrt()
        x = _signal(log_prev) * x_0_pred + direction * eps + sigma * noise_like(x, generator)
    return x


def score_from_eps(eps, alpha_bar_t):
    return (-eps / per_item(_noise(alpha_bar_t.log()), eps)).to(eps.dtype)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    log_steps = 2 * (sigmas.log() - sigmas[-1].log())
    for sigma, log_step in zip(sigmas, log_steps):
        a = step_size * log_step.exp()
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigma) + (2 * a).sqrt() * noise_like(x, generator)
    return x
