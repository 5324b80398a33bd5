"""NumPy inside, torch at the doors: states go out by .numpy() and come back by from_numpy."""

import numpy as np
import torch


def _np(tensor):
    return tensor.detach().cpu().numpy()


def _coefficient(c, x):
    c = _np(c)
    return c.reshape(c.shape + (1,) * (x.ndim - 1)) if c.ndim else float(c)


def _like(array, x):
    return torch.from_numpy(np.ascontiguousarray(array)).to(dtype=x.dtype, device=x.device)


def _float64(array, c):
    return torch.as_tensor(np.asarray(array, dtype=np.float64), device=c.device)


def q_sample(x_0, alpha_bar_t, eps):
    a = _coefficient(alpha_bar_t, x_0)
    return _like(np.sqrt(a) * _np(x_0) + np.sqrt(1 - a) * _np(eps), x_0)


def predict_x_0(x_t, alpha_bar_t, eps):
    a = _coefficient(alpha_bar_t, x_t)
    return _like((_np(x_t) - np.sqrt(1 - a) * _np(eps)) / np.sqrt(a), x_t)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return ((eps_model(x_t, t) - eps) ** 2).sum() / np.prod(x_0.shape)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    a_t, a_prev = _coefficient(alpha_bar_t, x_t), _coefficient(alpha_bar_prev, x_t)
    alpha = a_t / a_prev
    mean = (np.sqrt(alpha) * (1 - a_prev) * _np(x_t) + np.sqrt(a_prev) * (1 - alpha) * _np(x_0)) / (1 - a_t)
    a_t, a_prev = _np(alpha_bar_t), _np(alpha_bar_prev)
    return _like(mean, x_t), _float64((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev), alpha_bar_t)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    return _like(_np(mean) + np.sqrt(_coefficient(variance, x_t)) * _np(z), x_t)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    a_t, a_prev = _np(alpha_bar_t), _np(alpha_bar_prev)
    return _float64(eta * np.sqrt((1 - a_prev) / (1 - a_t)) * np.sqrt(1 - a_t / a_prev), alpha_bar_t)


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    a_t, a_prev, sigma = _np(alpha_bar_t), _np(alpha_bar_prev), _np(sigma_t)
    omega_t = np.sqrt(np.maximum(1 - a_prev - sigma**2, 0) / (1 - a_t))
    omega_0 = np.sqrt(a_prev) - np.sqrt(a_t) * omega_t
    return _float64(omega_0, alpha_bar_t), _float64(omega_t, alpha_bar_t), 0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a_t, a_prev = _coefficient(alpha_bar_t, x_t), _coefficient(alpha_bar_prev, x_t)
    sigma = _coefficient(ddim_sigma(alpha_bar_t, alpha_bar_prev, eta), x_t)
    x, e = _np(x_t), _np(eps)
    x_0_pred = (x - np.sqrt(1 - a_t) * e) / np.sqrt(a_t)
    direction = np.sqrt(np.clip(1 - a_prev - sigma**2, 0, None)) * e
    return _like(np.sqrt(a_prev) * x_0_pred + direction + sigma * _np(z), x_t)


def ddim_timesteps(T, S):
    return torch.from_numpy(np.linspace(0, T, S + 1).round().astype(np.int64)[1:])


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    a = _np(alpha_bar)
    times = np.concatenate([[0], _np(tau)])
    x = x_T
    for t, t_prev in zip(times[::-1][:-1], times[::-1][1:]):
        t_batch = torch.from_numpy(np.full(x.shape[0], t)).to(x.device)
        eps = _np(eps_model(x, t_batch))
        sigma = float(eta * np.sqrt((1 - a[t_prev]) / (1 - a[t]) * (1 - a[t] / a[t_prev])))
        c_0 = float(np.sqrt(a[t_prev] / a[t]))
        c_e = float(np.sqrt(max(1 - a[t_prev] - sigma**2, 0.0)))
        z = _np(torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype))
        x = _like(c_0 * (_np(x) - float(np.sqrt(1 - a[t])) * eps) + c_e * eps + sigma * z, x_T)
    return x


def score_from_eps(eps, alpha_bar_t):
    return _like(-_np(eps) / np.sqrt(1 - _coefficient(alpha_bar_t, eps)), eps)


def tweedie_mean(x, score, variance):
    return _like(_np(x) + _coefficient(variance, x) * _np(score), x)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    levels = _np(sigmas)
    for sigma, a in zip(levels, step_size * (levels / levels[-1]) ** 2):
        for _ in range(steps_per_sigma):
            z = torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)
            x = x + float(a) * score_fn(x, sigma) + float(np.sqrt(2 * a)) * z  # sigma: np.float64, a float
    return x


def reverse_sde_step(x, score, beta, dt, z):
    b = _coefficient(beta, x)
    return _like(_np(x) + (0.5 * b * _np(x) + b * _np(score)) * dt + np.sqrt(b * dt) * _np(z), x)
