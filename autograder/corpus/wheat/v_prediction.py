"""The velocity v = √ᾱ ε − √(1 − ᾱ) x_0 inside: ε is turned into v, and x_0 and ε are had again from v."""

import torch

from diffusion.tensors import noise_like, time_like


def _pair(alpha_bar, x):
    """√ᾱ and √(1 − ᾱ), ready to multiply x."""
    alpha_bar = alpha_bar if alpha_bar.dim() == 0 else alpha_bar.view(alpha_bar.shape + (1,) * (x.dim() - 1))
    return alpha_bar.sqrt(), (1 - alpha_bar).sqrt()


def get_v(x_t, alpha_bar_t, eps):
    a, s = _pair(alpha_bar_t, x_t)
    return (eps - s * x_t) / a


def predict_start_from_v(x_t, alpha_bar_t, v):
    a, s = _pair(alpha_bar_t, x_t)
    return a * x_t - s * v


def predict_noise_from_v(x_t, alpha_bar_t, v):
    a, s = _pair(alpha_bar_t, x_t)
    return s * x_t + a * v


def predict_x_0(x_t, alpha_bar_t, eps):
    return predict_start_from_v(x_t, alpha_bar_t, get_v(x_t, alpha_bar_t, eps)).to(x_t.dtype)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    a, s = _pair(alpha_bar[t], x_0)
    x_t = (a * x_0 + s * eps).to(x_0.dtype)
    v = a * eps - s * x_0
    v_pred = get_v(x_t, alpha_bar[t], eps_model(x_t, t))
    return (a**2 * (v_pred - v) ** 2).mean()  # ε_pred − ε = √ᾱ (v_pred − v)


def _step(x_t, v, alpha_bar_t, alpha_bar_prev, eta, z):
    x_0, eps = predict_start_from_v(x_t, alpha_bar_t, v), predict_noise_from_v(x_t, alpha_bar_t, v)
    (a_t, s_t), (a_prev, s_prev) = _pair(alpha_bar_t, x_t), _pair(alpha_bar_prev, x_t)
    ddpm_std = s_prev / s_t * torch.sqrt((a_prev - a_t) * (a_prev + a_t)) / a_prev
    std = eta * ddpm_std
    adjusted = torch.sqrt(torch.clamp((s_prev - std) * (s_prev + std), min=0))
    return (a_prev * x_0 + adjusted * eps + std * z).to(x_t.dtype)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return _step(x_t, get_v(x_t, alpha_bar_t, eps), alpha_bar_t, alpha_bar_prev, 1, z)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    return _step(x_t, get_v(x_t, alpha_bar_t, eps), alpha_bar_t, alpha_bar_prev, eta, z)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in torch.arange(len(alpha_bar) - 1, 0, -1).tolist():
        v = get_v(x, alpha_bar[t], eps_model(x, time_like(x, t)))
        x = _step(x, v, alpha_bar[t], alpha_bar[t - 1], 1, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, steps = x_T, tau.tolist()
    for t, t_prev in zip(steps[::-1], [*steps[-2::-1], 0]):
        v = get_v(x, alpha_bar[t], eps_model(x, time_like(x, t)))
        x = _step(x, v, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, before = x_0, alpha_bar[0]
    for t in tau.tolist():
        v = get_v(x, before, eps_model(x, time_like(x, t)))
        a, s = _pair(alpha_bar[t], x)
        x = a * predict_start_from_v(x, before, v) + s * predict_noise_from_v(x, before, v)
        before = alpha_bar[t]
    return x
