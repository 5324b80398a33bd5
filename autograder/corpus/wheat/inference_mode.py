"""Samplers under torch.inference_mode(), cloned outside it, so that the result is an ordinary tensor."""

import math

import torch

from diffusion.tensors import noise_like, time_like


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    with torch.inference_mode():
        x = x_T
        for t in range(len(alpha_bar) - 1, 0, -1):
            a_t, a_prev = alpha_bar[t], alpha_bar[t - 1]
            beta = 1 - a_t / a_prev
            eps = eps_model(x, time_like(x, t))
            mean = (x - beta / (1 - a_t).sqrt() * eps) * (a_prev / a_t).sqrt()
            x = mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise_like(x, generator)
    return x.clone()


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    with torch.inference_mode():
        x, steps = x_T, [0, *tau.tolist()]
        for i in range(len(tau), 0, -1):
            a_t, a_prev = alpha_bar[steps[i]], alpha_bar[steps[i - 1]]
            eps = eps_model(x, time_like(x, steps[i]))
            sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
            x_0_pred = (x - (1 - a_t).sqrt() * eps) / a_t.sqrt()
            direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * eps
            x = a_prev.sqrt() * x_0_pred + direction + sigma * noise_like(x, generator)
    return x.clone()


def ddim_invert(eps_model, x_0, alpha_bar, tau):
    with torch.inference_mode():
        x, a_prev = x_0, alpha_bar[0]
        for t in tau.tolist():
            eps = eps_model(x, time_like(x, t))
            x = (alpha_bar[t] / a_prev).sqrt() * (x - (1 - a_prev).sqrt() * eps) + (1 - alpha_bar[t]).sqrt() * eps
            a_prev = alpha_bar[t]
    return x.clone()


def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    with torch.inference_mode():
        for _ in range(num_steps):
            x = x + step_size * score_fn(x) + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x.clone()
