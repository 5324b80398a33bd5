"""Every step through x_0_pred, with ε derived again from it; returns x_0_pred itself at the last step."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def predict_x_0(x_t, alpha_bar_t, eps):
    # 1/sqrt(abar) x_t - sqrt(1/abar - 1) eps, as in guided-diffusion
    recip = per_item(1 / alpha_bar_t, x_t)
    return (recip.sqrt() * x_t - (recip - 1).sqrt() * eps).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    # the DDIM mean with sigma^2 = beta tilde is the posterior mean
    variance = (1 - alpha_bar_t / alpha_bar_prev) * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    radicand = 1 - alpha_bar_prev - variance
    radicand = torch.where(radicand > 0, radicand, torch.zeros_like(radicand))
    eps = (x_t - per_item(alpha_bar_t.sqrt(), x_t) * x_0) / per_item((1 - alpha_bar_t).sqrt(), x_t)
    mean = per_item(alpha_bar_prev.sqrt(), x_0) * x_0 + per_item(radicand.sqrt(), x_t) * eps
    return mean.to(x_t.dtype), variance


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    return (mean + per_item(variance.sqrt(), x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x_t = x_T
    T = alpha_bar.shape[0] - 1
    for t in range(T, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_0_pred = predict_x_0(x_t, alpha_bar[t], eps)
        if t == 1:
            return x_0_pred
        mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar[t], alpha_bar[t - 1])
        x_t = mean + variance.sqrt() * noise_like(x_t, generator)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a_t, a_prev = per_item(alpha_bar_t, x_t), per_item(alpha_bar_prev, x_t)
    x_0_pred = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
    variance = eta**2 * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
    radicand = 1 - a_prev - variance
    radicand = torch.where(radicand < 0, 0.0, radicand)
    direction = (x_t - a_t.sqrt() * x_0_pred) / (1 - a_t).sqrt()
    x_prev = a_prev.sqrt() * x_0_pred + radicand.sqrt() * direction + variance.sqrt() * z
    return x_prev.to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t = x_T
    for i in reversed(range(len(tau))):
        t = int(tau[i])
        eps = eps_model(x_t, time_like(x_t, t))
        x_0_pred = predict_x_0(x_t, alpha_bar[t], eps)
        if i == 0:
            break
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[int(tau[i - 1])], eta, noise_like(x_t, generator))
    return x_0_pred


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t = x_0
    previous = torch.cat([torch.zeros_like(tau[:1]), tau[:-1]])
    for t, t_prev in zip(tau.tolist(), previous.tolist()):
        eps = eps_model(x_t, time_like(x_t, t))
        x_0_pred = predict_x_0(x_t, alpha_bar[t_prev], eps)
        x_t = alpha_bar[t].sqrt() * x_0_pred + (1 - alpha_bar[t]).sqrt() * eps
    return x_t
