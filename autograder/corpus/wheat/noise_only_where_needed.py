"""Draws nothing where nothing is added: not at η = 0, not at the last step."""

import torch


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    T = len(alpha_bar) - 1
    for t in range(T, 0, -1):
        eps = eps_model(x, torch.tensor([t], device=x.device).expand(x.shape[0]))
        x_0_pred = predict_x_0(x, alpha_bar[t], eps)
        x, variance = ddpm_posterior(x_0_pred, x, alpha_bar[t], alpha_bar[t - 1])
        if t > 1:
            z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
            x = x + torch.sqrt(variance) * z
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    if eta == 0:
        return torch.zeros_like(alpha_bar_t)
    return torch.sqrt(eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_t = torch.sqrt((1 - alpha_bar_prev - sigma_t**2).clamp(min=0)) / torch.sqrt(1 - alpha_bar_t)
    omega_0 = torch.sqrt(alpha_bar_prev) - torch.sqrt(alpha_bar_t) * omega_t
    return omega_0, omega_t, torch.zeros_like(omega_0)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    def c(value):
        return value if value.ndim == 0 else value.reshape(-1, *(1,) * (x_t.ndim - 1))

    x_prev = c(alpha_bar_prev.sqrt()) * predict_x_0(x_t, alpha_bar_t, eps)
    if eta == 0:
        return (x_prev + c((1 - alpha_bar_prev).sqrt()) * eps).to(x_t.dtype)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    direction = torch.maximum(1 - alpha_bar_prev - sigma_t**2, torch.zeros_like(sigma_t)).sqrt()
    return (x_prev + c(direction) * eps + c(sigma_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    previous = {t: t_prev for t_prev, t in zip([0] + tau.tolist(), tau.tolist())}
    for t in sorted(previous, reverse=True):
        t_prev = previous[t]
        eps = eps_model(x, torch.tensor([t], device=x.device).expand(x.shape[0]))
        noisy = eta > 0 and t_prev > 0
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device) if noisy else torch.zeros_like(x)
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, z)
    return x


def ddim_timesteps(T, S):
    if S == 1:
        return torch.tensor([T])
    step = (T - 1) / (S - 1)
    return torch.tensor([round(1 + i * step) for i in range(S)])
