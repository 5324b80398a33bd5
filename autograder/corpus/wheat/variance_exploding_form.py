"""k-diffusion's view: the state over √ᾱ with noise level s = √((1 − ᾱ)/ᾱ), and its Euler ancestral rule."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _level(alpha_bar):
    return ((1 - alpha_bar) / alpha_bar).sqrt()


def _ancestral(s_t, s_prev, eta):
    """(s_down, s_up): how far to go down, and how much noise to put back."""
    s_up = eta * s_prev / s_t * (s_t**2 - s_prev**2).sqrt()
    return (s_prev**2 - s_up**2).clamp(min=0).sqrt(), s_up


def predict_x_0(x_t, alpha_bar_t, eps):
    return (x_t / per_item(alpha_bar_t.sqrt(), x_t) - per_item(_level(alpha_bar_t), x_t) * eps).to(x_t.dtype)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _ancestral(_level(alpha_bar_t), _level(alpha_bar_prev), eta)[1] * alpha_bar_prev.sqrt()


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    s_t, s_prev, s_up = _level(alpha_bar_t), _level(alpha_bar_prev), sigma_t / alpha_bar_prev.sqrt()
    ratio = (s_prev**2 - s_up**2).clamp(min=0).sqrt() / s_t
    return alpha_bar_prev.sqrt() * (1 - ratio), ratio * (alpha_bar_prev / alpha_bar_t).sqrt(), 0.0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    s_t, s_prev = per_item(_level(alpha_bar_t), x_t), per_item(_level(alpha_bar_prev), x_t)
    s_down, s_up = _ancestral(s_t, s_prev, eta)
    scaled = x_t / per_item(alpha_bar_t.sqrt(), x_t) + (s_down - s_t) * eps + s_up * z
    return (per_item(alpha_bar_prev.sqrt(), x_t) * scaled).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    levels = _level(alpha_bar)
    scaled = x_T.double() / alpha_bar[-1].sqrt()
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model((scaled * alpha_bar[t].sqrt()).to(x_T.dtype), time_like(scaled, t))
        s_down, s_up = _ancestral(levels[t], levels[t - 1], 1.0)
        scaled = scaled + (s_down - levels[t]) * eps + s_up * noise_like(scaled, generator)
    return scaled.to(x_T.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    steps = [0, *tau.tolist()]
    levels = _level(alpha_bar[steps])
    scaled = x_T.double() / alpha_bar[steps[-1]].sqrt()
    for i in range(len(tau), 0, -1):
        x_t = (scaled * alpha_bar[steps[i]].sqrt()).to(x_T.dtype)
        eps = eps_model(x_t, time_like(x_t, steps[i]))
        s_down, s_up = _ancestral(levels[i], levels[i - 1], eta)
        scaled = scaled + (s_down - levels[i]) * eps + s_up * noise_like(scaled, generator)
    return scaled.to(x_T.dtype)


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    scaled, s = x_0.double(), 0.0
    a = alpha_bar[0]
    for t in tau.tolist():
        x = (scaled * a.sqrt()).to(x_0.dtype)
        a, s_next = alpha_bar[t], _level(alpha_bar[t])
        scaled = scaled + (s_next - s) * eps_model(x, time_like(x, t))
        s = s_next
    return (scaled * a.sqrt()).to(x_0.dtype)
