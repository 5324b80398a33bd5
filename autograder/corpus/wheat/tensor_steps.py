"""Steps kept as tensors: τ flipped, 0-d entries used as indices, t handed on by expand; itertools pairs."""

from itertools import pairwise

import torch

from diffusion.tensors import noise_like


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in torch.arange(len(alpha_bar) - 1, 0, -1, device=x.device):
        eps = eps_model(x, t.expand(x.shape[0]))
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    steps = torch.cat([tau.new_zeros(1), tau]).flip(0).to(x.device)
    for t, t_prev in pairwise(steps):
        eps = eps_model(x, t.expand(x.shape[0]))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x = x_0
    for t_prev, t in pairwise(torch.cat([tau.new_zeros(1), tau]).to(x.device)):
        eps = eps_model(x, t.expand(x.shape[0]))
        x = q_sample(predict_x_0(x, alpha_bar[t_prev], eps), alpha_bar[t], eps)
    return x


def ddim_timesteps(T, S):
    return torch.arange(1, S + 1, dtype=torch.float64).mul(T / S).round().long().clamp(max=T)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    weights = (sigmas / sigmas[-1]) ** 2
    for i in torch.arange(len(sigmas)):
        x = langevin_sample(
            lambda state, i=i: score_fn(state, sigmas[i]),
            x,
            step_size * weights[i].item(),
            steps_per_sigma,
            generator,
        )
    return x
