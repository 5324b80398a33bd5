"""√ᾱ = cos φ and √(1 − ᾱ) = sin φ: the forward jump is a turn, DDIM at η = 0 a turn back."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _angle(alpha_bar):
    return torch.atan2(torch.sqrt(1 - alpha_bar), torch.sqrt(alpha_bar))


def q_sample(x_0, alpha_bar_t, eps):
    phi = per_item(_angle(alpha_bar_t), x_0)
    return (phi.cos() * x_0 + phi.sin() * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    phi = per_item(_angle(alpha_bar_t), x_t)
    return (x_t / phi.cos() - phi.tan() * eps).to(x_t.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    phi, psi = _angle(alpha_bar_t), _angle(alpha_bar_prev)
    # sin(φ − ψ) sin(φ + ψ) = sin²φ − sin²ψ
    beta = torch.sin(phi - psi) * torch.sin(phi + psi) / torch.cos(psi) ** 2
    weight_t = torch.cos(phi) / torch.cos(psi) * (torch.sin(psi) / torch.sin(phi)) ** 2
    weight_0 = torch.cos(psi) * beta / torch.sin(phi) ** 2
    mean = per_item(weight_t, x_t) * x_t + per_item(weight_0, x_0) * x_0
    return mean.to(x_t.dtype), (torch.sin(psi) / torch.sin(phi)) ** 2 * beta


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    phi, psi = _angle(alpha_bar_t), _angle(alpha_bar_prev)
    root_beta = torch.sqrt(torch.sin(phi - psi) * torch.sin(phi + psi)) / torch.cos(psi)
    return eta * torch.sin(psi) / torch.sin(phi) * root_beta


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    phi, psi = per_item(_angle(alpha_bar_t), x_t), per_item(_angle(alpha_bar_prev), x_t)
    if eta == 0:
        x_prev = (torch.cos(psi) * x_t - torch.sin(phi - psi) * eps) / torch.cos(phi)
    else:
        sigma = per_item(ddim_sigma(alpha_bar_t, alpha_bar_prev, eta), x_t)
        x_0_pred = x_t / torch.cos(phi) - torch.tan(phi) * eps
        direction = (torch.sin(psi) ** 2 - sigma**2).clamp(min=0).sqrt()
        x_prev = torch.cos(psi) * x_0_pred + direction * eps + sigma * z
    return x_prev.to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, steps = x_T, [0, *tau.tolist()]
    while len(steps) > 1:
        t = steps.pop()
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[steps[-1]], eta, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, phi = x_0, torch.zeros_like(alpha_bar[0])
    for t in tau.tolist():
        eps, psi = eps_model(x, time_like(x, t)), _angle(alpha_bar[t])
        x = (torch.cos(psi) * x + torch.sin(psi - phi) * eps) / torch.cos(phi)
        phi = psi
    return x


def score_from_eps(eps, alpha_bar_t):
    return (-eps / per_item(torch.sin(_angle(alpha_bar_t)), eps)).to(eps.dtype)
