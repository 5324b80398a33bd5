"""Recursion instead of loops; a chain is cut in halves, so that 1000 steps nest only ten deep."""

import math

import torch

from diffusion.tensors import noise_like, time_like


def _walk(x, steps, one):
    """x after one(x, step) for each of the steps in turn."""
    if not steps:
        return x
    if len(steps) == 1:
        return one(x, steps[0])
    half = len(steps) // 2
    return _walk(_walk(x, steps[:half], one), steps[half:], one)


def _ddim(x, eps, a_t, a_prev, sigma, z):
    x_0 = (x - math.sqrt(1 - a_t) * eps) / math.sqrt(a_t)
    return math.sqrt(a_prev) * x_0 + math.sqrt(max(0.0, 1 - a_prev - sigma * sigma)) * eps + sigma * z


def _sigma(a_t, a_prev, eta):
    return eta * math.sqrt((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev))


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    a = alpha_bar.tolist()

    def one(x, t):
        eps = eps_model(x, time_like(x, t))
        return _ddim(x, eps, a[t], a[t - 1], _sigma(a[t], a[t - 1], 1), noise_like(x, generator))

    return _walk(x_T, range(len(a) - 1, 0, -1), one)


def ddim_timesteps(T, S):
    def first(n):
        return first(n // 2) + [-(-i * T // S) for i in range(n // 2 + 1, n + 1)] if n else []

    return torch.tensor(first(S), dtype=torch.int64)  # ceil(i T / S)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    a = alpha_bar.tolist()
    steps = [0] + tau.tolist()

    def one(x, i):
        t, t_prev = steps[i], steps[i - 1]
        eps = eps_model(x, time_like(x, t))
        return _ddim(x, eps, a[t], a[t_prev], _sigma(a[t], a[t_prev], eta), noise_like(x, generator))

    return _walk(x_T, range(len(steps) - 1, 0, -1), one)


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    a = alpha_bar.tolist()
    steps = [0] + tau.tolist()

    def one(x, pair):
        t_prev, t = pair
        eps = eps_model(x, time_like(x, t))
        return _ddim(x, eps, a[t_prev], a[t], 0.0, eps)

    return _walk(x_0, list(zip(steps, steps[1:])), one)


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    def one(x, _):
        return x + step_size * score_fn(x) + math.sqrt(2 * step_size) * noise_like(x, generator)

    return _walk(x, range(num_steps), one)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    def level(x, sigma):
        a = step_size * float(sigma / sigmas[-1]) ** 2

        def one(x, _):
            return x + a * score_fn(x, sigma) + math.sqrt(2 * a) * noise_like(x, generator)

        return _walk(x, range(steps_per_sigma), one)

    return _walk(x, list(sigmas), level)
