"""Each function leans on the others as far as it can: σ from the posterior, DDPM as DDIM at η = 1."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    return (eps_model(q_sample(x_0, alpha_bar[t], eps), t) - eps).square().mean()


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, 1.0, z)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    tau = torch.arange(1, len(alpha_bar))
    return ddim_sample(eps_model, x_T, alpha_bar, tau, eta=1.0, generator=generator)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    dummy = torch.zeros(alpha_bar_t.shape or (1,), dtype=torch.float64, device=alpha_bar_t.device)
    _, variance = ddpm_posterior(dummy, dummy, alpha_bar_t, alpha_bar_prev)
    return eta * variance.sqrt()


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, b = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t + b
    return (mean + per_item(sigma_t, x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t = x_T
    alpha_bar_prev = torch.cat([alpha_bar[:1], alpha_bar[tau[:-1]]])
    for t, a_t, a_prev in zip(tau.flip(0), alpha_bar[tau].flip(0), alpha_bar_prev.flip(0)):
        eps = eps_model(x_t, time_like(x_t, int(t)))
        x_t = ddim_step(x_t, eps, a_t, a_prev, eta, noise_like(x_t, generator))
    return x_t


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x_t, a_prev = x_0, alpha_bar[0]
    for t in tau.tolist():
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(predict_x_0(x_t, a_prev, eps), alpha_bar[t], eps)
        a_prev = alpha_bar[t]
    return x_t


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = alpha_bar[t]
    target = score_from_eps(eps, a)
    # x_t = √ᾱ x_0 − (1 − ᾱ) score: Tweedie's formula read backwards
    x_t = tweedie_mean((per_item(a.sqrt(), x_0) * x_0).to(x_0.dtype), target, a - 1)
    return (score_model(x_t, t) - target).square().mean()


def tweedie_mean(x, score, variance):
    return (x + per_item(variance, x) * score).to(x.dtype)


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    step = torch.tensor(step_size, dtype=torch.float64, device=x.device)
    for _ in range(num_steps):
        x = tweedie_mean(x, score_fn(x), step) + (2 * step).sqrt() * noise_like(x, generator)
    return x


def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for sigma in sigmas:

        def score_at_this_level(x, sigma=sigma):
            return score_fn(x, sigma)

        step = step_size * (sigma / sigmas[-1]).item() ** 2
        x = langevin_sample(score_at_this_level, x, step, steps_per_sigma, generator)
    return x


def reverse_sde_step(x, score, beta, dt, z):
    mean = tweedie_mean(x, x / 2 + score, beta * dt)
    return (mean + per_item((beta * dt).sqrt(), x) * z).to(x.dtype)
