"""The coefficients of all steps at once, then as plain numbers in the loop, which cost less there than 0-d tensors."""

import torch

from diffusion.tensors import noise_like, time_like


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [*reversed(tau.tolist()), 0]
    alpha_bar_t, alpha_bar_prev = alpha_bar[steps[:-1]], alpha_bar[steps[1:]]
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    coefficients = torch.stack([alpha_bar_t.sqrt(), (1 - alpha_bar_t).sqrt(), omega_0, omega_t, sigma_t], dim=1)
    for t, (scale, spread, w_0, w_t, sigma) in zip(steps, coefficients.tolist()):
        eps = eps_model(x_t, time_like(x_t, t))
        x_0_pred = (x_t - spread * eps) / scale
        x_t = w_0 * x_0_pred + w_t * x_t
        if eta > 0:
            x_t = x_t + sigma * noise_like(x_t, generator)
    return x_t
