"""The posterior as a Gaussian update: prior q(x_prev | x_0), observation x_t, Kalman gain."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _gain(alpha_bar_t, alpha_bar_prev):
    """Gain of the observation x_t = √α_t x_prev + √β_t ε of a state with prior variance 1 − ᾱ_prev."""
    alpha_t = alpha_bar_t / alpha_bar_prev
    prior, noise = 1 - alpha_bar_prev, 1 - alpha_t
    return prior * alpha_t.sqrt() / (alpha_t * prior + noise), alpha_t.sqrt(), prior


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    gain, root_alpha, prior = _gain(alpha_bar_t, alpha_bar_prev)
    prior_mean = per_item(alpha_bar_prev.sqrt(), x_0) * x_0
    innovation = x_t - per_item(root_alpha, x_0) * prior_mean
    mean = prior_mean + per_item(gain, x_0) * innovation
    return mean.to(x_t.dtype), (1 - gain * root_alpha) * prior


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0 = (x_t - per_item((1 - alpha_bar_t).sqrt(), x_t) * eps) / per_item(alpha_bar_t.sqrt(), x_t)
    mean, variance = ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + per_item(variance.sqrt(), x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t, (a_t, a_prev) in reversed(list(enumerate(zip(alpha_bar[1:], alpha_bar), start=1))):
        x = ddpm_step(x, eps_model(x, time_like(x, t)), a_t, a_prev, noise_like(x, generator))
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    gain, root_alpha, prior = _gain(alpha_bar_t, alpha_bar_prev)
    return eta * ((1 - gain * root_alpha) * prior).sqrt()


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    # ω_t² (1 − ᾱ_t) + σ² = 1 − ᾱ_prev: the noise that is left must have the right variance
    limit = (1 - alpha_bar_prev).sqrt()
    omega_t = ((limit - sigma_t) * (limit + sigma_t)).clamp(min=0).sqrt() / (1 - alpha_bar_t).sqrt()
    return alpha_bar_prev.sqrt() - omega_t * alpha_bar_t.sqrt(), omega_t, 0.0


def reverse_sde_step(x, score, beta, dt, z):
    beta = per_item(beta, x)
    forward_drift, g = -0.5 * beta * x, beta.sqrt()
    return (x - (forward_drift - g**2 * score) * dt + g * dt**0.5 * z).to(x.dtype)
