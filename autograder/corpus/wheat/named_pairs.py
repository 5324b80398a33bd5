"""The two functions that return several things return them as a NamedTuple, which is a tuple."""

from typing import NamedTuple

from torch import Tensor

from diffusion.tensors import per_item


class _Gaussian(NamedTuple):
    mean: Tensor
    variance: Tensor


class _LinearMean(NamedTuple):
    omega_0: Tensor
    omega_t: Tensor
    b: float = 0.0


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    gamma = (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    weight_0 = per_item(alpha_bar_prev.sqrt() * (1 - alpha_t * gamma), x_0)
    weight_t = per_item(alpha_t.sqrt() * gamma, x_t)
    return _Gaussian(mean=(weight_0 * x_0 + weight_t * x_t).to(x_t.dtype), variance=gamma * (1 - alpha_t))


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = (x_t - per_item(1 - alpha_bar_t, x_t).sqrt() * eps) / per_item(alpha_bar_t, x_t).sqrt()
    posterior = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    return (posterior[0] + per_item(posterior[1], x_t).sqrt() * z).to(x_t.dtype)


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_t = ((1 - alpha_bar_prev - sigma_t**2).clamp(min=0) / (1 - alpha_bar_t)) ** 0.5
    return _LinearMean(omega_0=alpha_bar_prev**0.5 - alpha_bar_t**0.5 * omega_t, omega_t=omega_t)
