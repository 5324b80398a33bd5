"""In-place arithmetic everywhere, but only ever on clones of the caller's tensors."""

import math

import torch

from diffusion.tensors import noise_like, time_like


def _shape(coefficient, x):
    return coefficient if coefficient.ndim == 0 else coefficient.reshape([-1] + [1] * (x.ndim - 1))


def _scale(x, coefficient):
    """x *= coefficient; in-place operations keep the dtype of x."""
    return x.mul_(_shape(coefficient, x))


def q_sample(x_0, alpha_bar_t, eps):
    noise = eps.clone()
    _scale(noise, torch.sqrt(1 - alpha_bar_t))
    x_t = x_0.clone()
    _scale(x_t, torch.sqrt(alpha_bar_t))
    x_t += noise
    return x_t


def predict_x_0(x_t, alpha_bar_t, eps):
    noise = _scale(eps.clone(), torch.sqrt(1 - alpha_bar_t))
    x_0 = x_t.clone()
    x_0 -= noise
    x_0 /= _shape(alpha_bar_t.sqrt(), x_0)
    return x_0


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    variance = alpha_bar_t.clone()
    variance.div_(alpha_bar_prev).neg_().add_(1)  # beta_t
    weight_0 = variance * alpha_bar_prev.sqrt() / (1 - alpha_bar_t)
    weight_t = (alpha_bar_t / alpha_bar_prev).sqrt_().mul_(1 - alpha_bar_prev).div_(1 - alpha_bar_t)
    variance *= 1 - alpha_bar_prev
    variance /= 1 - alpha_bar_t
    mean = _scale(x_0.clone(), weight_0)
    mean += _scale(x_t.clone(), weight_t)
    return mean, variance


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    x_prev, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    x_prev += _scale(z.clone(), variance.sqrt_())
    return x_prev


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T.clone()
    for t in range(len(alpha_bar) - 1, 0, -1):
        a, a_prev = alpha_bar[t].item(), alpha_bar[t - 1].item()
        alpha, beta = a / a_prev, 1 - a / a_prev
        eps = eps_model(x, time_like(x, t))
        x.sub_(eps, alpha=beta / math.sqrt(1 - a)).div_(math.sqrt(alpha))
        x.add_(noise_like(x, generator), alpha=math.sqrt(beta * (1 - a_prev) / (1 - a)))
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    sigma = 1 - alpha_bar_t / alpha_bar_prev
    sigma *= 1 - alpha_bar_prev
    sigma /= 1 - alpha_bar_t
    sigma.sqrt_().mul_(eta)
    return sigma


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_t = sigma_t.clone()
    omega_t.square_().neg_().sub_(alpha_bar_prev).add_(1).clamp_(min=0).div_(1 - alpha_bar_t).sqrt_()
    omega_0 = alpha_bar_prev.clone().sqrt_()
    omega_0 -= alpha_bar_t.sqrt() * omega_t
    return omega_0, omega_t, torch.tensor(0.0)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x_prev = _scale(predict_x_0(x_t, alpha_bar_t, eps), omega_0)
    x_prev += _scale(x_t.clone(), omega_t)
    x_prev += _scale(z.clone(), sigma_t)
    return x_prev


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T.clone()
    tau = tau.tolist()
    while tau:
        t = tau.pop()
        a, a_prev = alpha_bar[t].item(), alpha_bar[tau[-1] if tau else 0].item()
        sigma = eta * math.sqrt((1 - a_prev) / (1 - a) * (1 - a / a_prev))
        eps = eps_model(x, time_like(x, t))
        x.sub_(eps, alpha=math.sqrt(1 - a)).mul_(math.sqrt(a_prev / a))
        x.add_(eps, alpha=math.sqrt(max(1 - a_prev - sigma**2, 0)))
        if sigma > 0:
            x.add_(noise_like(x, generator), alpha=sigma)
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x = x_0.clone()
    a_prev = 1.0
    for t in tau.tolist():
        a = alpha_bar[t].item()
        eps = eps_model(x, time_like(x, t))
        x.sub_(eps, alpha=math.sqrt(1 - a_prev)).mul_(math.sqrt(a / a_prev)).add_(eps, alpha=math.sqrt(1 - a))
        a_prev = a
    return x


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    x = x.clone()
    for _ in range(num_steps):
        x.add_(score_fn(x), alpha=step_size)
        x.add_(noise_like(x, generator), alpha=math.sqrt(2 * step_size))
    return x


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    x = x.clone()
    for sigma in sigmas.tolist():
        a = step_size * (sigma / sigmas[-1].item()) ** 2
        for _ in range(steps_per_sigma):
            x.add_(score_fn(x, sigma), alpha=a)
            x.add_(noise_like(x, generator), alpha=math.sqrt(2 * a))
    return x


def tweedie_mean(x, score, variance):
    mean = score.clone()
    mean *= _shape(variance, mean)
    mean += x
    return mean


def reverse_sde_step(x, score, beta, dt, z):
    drift = x.clone()
    drift.mul_(0.5).add_(score)
    x_prev = x.clone()
    x_prev += _scale(drift, beta * dt)
    x_prev += _scale(z.clone(), (beta * dt).sqrt())
    return x_prev
