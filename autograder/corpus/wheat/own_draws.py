"""Draws its noise in its own ways: torch.normal, empty().normal_(), one item at a time, all in advance."""

import torch

from diffusion.tensors import per_item, time_like


def _normal(x, generator):
    return torch.normal(torch.zeros_like(x), torch.ones_like(x), generator=generator)


def _filled(x, generator):
    return torch.empty(x.shape, dtype=x.dtype, device=x.device).normal_(0, 1, generator=generator)


def _item_by_item(x, generator):
    items = [torch.randn(x.shape[1:], generator=generator, dtype=x.dtype, device=x.device) for _ in x]
    return torch.stack(items)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        a_t, a_prev = alpha_bar[t], alpha_bar[t - 1]
        beta = 1 - a_t / a_prev
        mean = (x - beta / (1 - a_t).sqrt() * eps_model(x, time_like(x, t))) / (1 - beta).sqrt()
        x = mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * _normal(x, generator)
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    times = tau.tolist()[::-1]
    for t, t_prev in zip(times, [*times[1:], 0]):
        a_t, a_prev = alpha_bar[t], alpha_bar[t_prev]
        variance = eta**2 * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
        eps = eps_model(x, time_like(x, t))
        x_0_pred = (x - (1 - a_t).sqrt() * eps) / a_t.sqrt()
        x = a_prev.sqrt() * x_0_pred + (1 - a_prev - variance).clamp(min=0).sqrt() * eps
        if variance > 0:
            x = x + variance.sqrt() * _item_by_item(x, generator)
    return x


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    z = torch.randn(num_steps, *x.shape, generator=generator, dtype=x.dtype, device=x.device)
    for k in range(num_steps):
        x = x + step_size * score_fn(x) + (2 * step_size) ** 0.5 * z[k]
    return x


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = per_item(step_size * (sigma / sigmas[-1]) ** 2, x)
        for _ in range(steps_per_sigma):
            # the noise has its standard deviation from the draw itself
            z = torch.normal(0.0, float(2 * a) ** 0.5, x.shape, generator=generator, dtype=x.dtype, device=x.device)
            x = x + a * score_fn(x, sigma) + z
            _filled(x, generator)  # thrown away: how much is drawn is nobody's business
    return x
