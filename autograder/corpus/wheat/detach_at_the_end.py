"""No no_grad anywhere: the samplers build their graph and let go of it by .detach() before they return."""

import math

from diffusion.tensors import noise_like, time_like


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x, time_like(x, t))
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator)).detach()
    return x


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, t = x_T, int(tau[-1])
    for t_prev in [*tau[:-1].tolist()[::-1], 0]:
        eps = eps_model(x, time_like(x, t))
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
        t = t_prev
    return x.detach()


def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, before = x_0, 0
    for t in tau:
        t = int(t)
        eps = eps_model(x, time_like(x, t))
        x = q_sample(predict_x_0(x, alpha_bar[before], eps), alpha_bar[t], eps)
        before = t
    return x.detach()


def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    x = x.detach()
    for _ in range(num_steps):
        score = score_fn(x).detach()
        x = x + step_size * score + math.sqrt(2 * step_size) * noise_like(x, generator)
    return x


def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:
        a = step_size * sigma**2 / sigmas[-1] ** 2
        for _ in range(steps_per_sigma):
            x = x + a * score_fn(x, sigma) + (2 * a).sqrt() * noise_like(x, generator)
    return x.detach()
