"""Inversion that asks the model where it stands, at max(1, present step), not at the step it goes to."""

import torch

from diffusion.tensors import time_like


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, t = x_0, 0
    for t_next in tau.tolist():
        eps = eps_model(x, time_like(x, max(1, t)))
        x_0_pred = (x - (1 - alpha_bar[t]).sqrt() * eps) / alpha_bar[t].sqrt()
        x = alpha_bar[t_next].sqrt() * x_0_pred + (1 - alpha_bar[t_next]).sqrt() * eps
        t = t_next
    return x


def ddim_timesteps(T, S):
    # linspace from 1, cut down instead of rounded; the last one set by hand
    tau = torch.linspace(1, T, S, dtype=torch.float64).long()
    tau[-1] = T
    return tau


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    sigma_ddpm = torch.sqrt((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev))
    return torch.zeros_like(sigma_ddpm) + eta * sigma_ddpm
