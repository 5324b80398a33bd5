"""Decorators of its own that time and log, a warning, a progress bar on stderr, a debug file in the current folder."""

import functools
import logging
import sys
import time
import warnings

import torch

from diffusion.tensors import noise_like, per_item, time_like

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger("hw")
TIMES = {}


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            TIMES.setdefault(function.__name__, []).append(time.perf_counter() - start)
            log.info("%s took %.3f ms", function.__name__, 1000 * TIMES[function.__name__][-1])

    wrapper.calls = TIMES
    return wrapper


def deprecated(reason):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            warnings.warn(f"{function.__name__}: {reason}", DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def progress(steps):
    total = len(steps)
    for i, step in enumerate(steps, 1):
        sys.stderr.write(f"\r{100 * i / total:5.1f}% |{'█' * (20 * i // total):<20}| {i}/{total}")
        yield step
    sys.stderr.write("\n")


def debug(*values):
    with open("debug.txt", "a") as file:
        print(*values, file=file)


@timed
def q_sample(x_0, alpha_bar_t, eps):
    a = per_item(alpha_bar_t, x_0)
    debug("q_sample", tuple(x_0.shape), x_0.mean().item())
    return (a.sqrt() * x_0 + (1 - a).sqrt() * eps).to(x_0.dtype)


@timed
@deprecated("use the new one")
def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    alpha_t = per_item(alpha_bar_t / alpha_bar_prev, x_t)
    a, p = per_item(alpha_bar_t, x_t), per_item(alpha_bar_prev, x_t)
    mean = (x_t - (1 - alpha_t) / (1 - a).sqrt() * eps) / alpha_t.sqrt()
    return (mean + ((1 - p) / (1 - a) * (1 - alpha_t)).sqrt() * z).to(x_t.dtype)


@timed
@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in progress(range(len(alpha_bar) - 1, 0, -1)):
        x = ddpm_step(x, eps_model(x, time_like(x, t)), alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator))
        debug(t, x.std().item())
    return x


@timed
def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a, p = per_item(alpha_bar_t, x_t), per_item(alpha_bar_prev, x_t)
    sigma = eta * ((1 - p) / (1 - a) * (1 - a / p)).sqrt()
    if eta > 1:
        warnings.warn("eta > 1 is unusual")
    debug("sigma", sigma.flatten().tolist())
    return ((p / a).sqrt() * (x_t - (1 - a).sqrt() * eps) + (1 - p - sigma**2).clamp(0).sqrt() * eps + sigma * z).to(
        x_t.dtype
    )


@timed
@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, trace = x_T, []
    for t, t_prev in progress(list(zip(tau.flip(0).tolist(), [*tau.flip(0)[1:].tolist(), 0]))):
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
        trace.append(x[0].clone())
    torch.save(trace[-1], "last.pt")
    return x
