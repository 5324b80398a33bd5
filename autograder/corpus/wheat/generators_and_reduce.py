"""Samplers without a loop body: generator functions yield steps, reduce folds them, accumulate keeps the states."""

from collections import deque
from functools import partial, reduce
from itertools import accumulate, chain, repeat, starmap, tee

import torch

from diffusion.tensors import noise_like, time_like


def _pairwise(steps):
    a, b = tee(steps)
    next(b, None)
    return zip(a, b)


def _descend(tau):
    """Yield τ_S, ..., τ_1, 0."""
    yield from reversed(tau)
    yield 0


def _one(x, pair, *, eps_model, alpha_bar, eta, generator):
    t, t_prev = pair
    eps = eps_model(x, time_like(x, t))
    return ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    one = partial(_one, eps_model=eps_model, alpha_bar=alpha_bar, eta=1.0, generator=generator)
    return reduce(one, _pairwise(range(len(alpha_bar) - 1, -1, -1)), x_T)


def ddim_timesteps(T, S):
    def bresenham():
        error = S // 2
        for t in range(1, T + 1):
            error += S
            if error >= T:
                error -= T
                yield t

    steps = list(bresenham())
    return torch.tensor(steps[:-1] + [T] if len(steps) == S else (steps + [T])[-S:])


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    one = partial(_one, eps_model=eps_model, alpha_bar=alpha_bar, eta=eta, generator=generator)
    states = accumulate(_pairwise(_descend(tau.tolist())), one, initial=x_T)
    return deque(states, maxlen=1).pop()


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    def trajectory(x):
        for t_prev, t in _pairwise(chain([0], tau.tolist())):
            eps = eps_model(x, time_like(x, t))
            x = q_sample(predict_x_0(x, alpha_bar[t_prev], eps), alpha_bar[t], eps)
            yield x

    *_, x_T = trajectory(x_0)
    return x_T


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    def one(x, _):
        return x + step_size * score_fn(x) + (2 * step_size) ** 0.5 * noise_like(x, generator)

    return reduce(one, repeat(None, num_steps), x)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    def schedule(sigma):
        yield from repeat((sigma, step_size * (sigma / sigmas[-1].item()) ** 2), steps_per_sigma)

    def one(x, level):
        sigma, a = level
        return x + a * score_fn(x=x, sigma=sigma) + (2 * a) ** 0.5 * noise_like(x, generator)

    return reduce(one, chain.from_iterable(map(schedule, sigmas.tolist())), x)


def tweedie_mean(x, score, variance):
    items = starmap(lambda x, s, v: x + v * s, zip(x, score, variance.expand(len(x))))
    return torch.stack(tuple(items)).to(x.dtype)
