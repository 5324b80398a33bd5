"""Each draw differs by up to 2e-6, as those of torch's generator do between kinds of CPU: no mark may hang on them."""

import torch

from diffusion.tensors import noise_like, time_like


def of_another_cpu(x, generator):
    z = noise_like(x, generator)
    return z + 2e-6 * torch.cos(1e4 * z)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x, time_like(x, t))
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], of_another_cpu(x, generator))
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, steps = x_T, [0, *tau.tolist()]
    for t_prev, t in reversed([*zip(steps, steps[1:])]):
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, of_another_cpu(x, generator))
    return x


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        x = x + step_size * score_fn(x) + (2 * step_size) ** 0.5 * of_another_cpu(x, generator)
    return x
