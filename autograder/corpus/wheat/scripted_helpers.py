"""torch.jit.script'ed helpers with type annotations, as one does for speed; the task functions call them."""

from typing import Optional, Tuple

import torch


@torch.jit.script
def _expand(c: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    if c.dim() == 0:
        return c
    shape = [1 for _ in range(x.dim())]
    shape[0] = x.size(0)
    return c.view(shape)


@torch.jit.script
def _sigma(a: torch.Tensor, p: torch.Tensor, eta: float) -> torch.Tensor:
    return eta * torch.sqrt((1 - p) / (1 - a) * (1 - a / p))


@torch.jit.script
def _omegas(a: torch.Tensor, p: torch.Tensor, sigma: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
    omega_t = torch.sqrt(torch.clamp(1 - p - sigma * sigma, min=0.0) / (1 - a))
    return torch.sqrt(p) - omega_t * torch.sqrt(a), omega_t


@torch.jit.script
def _step(
    x_t: torch.Tensor, eps: torch.Tensor, a: torch.Tensor, p: torch.Tensor, eta: float, z: Optional[torch.Tensor]
):
    a, p = _expand(a, x_t), _expand(p, x_t)
    sigma = _sigma(a, p, eta)
    omega_0, omega_t = _omegas(a, p, sigma)
    x_prev = omega_0 * (x_t - torch.sqrt(1 - a) * eps) / torch.sqrt(a) + omega_t * x_t
    if z is not None:
        x_prev = x_prev + sigma * z
    return x_prev.to(x_t.dtype)


@torch.jit.script
def q_sample(x_0: torch.Tensor, alpha_bar_t: torch.Tensor, eps: torch.Tensor) -> torch.Tensor:
    a = _expand(alpha_bar_t, x_0)
    return (torch.sqrt(a) * x_0 + torch.sqrt(1 - a) * eps).to(x_0.dtype)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return _step(x_t, eps, alpha_bar_t, alpha_bar_prev, 1.0, z)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x, torch.full((x.shape[0],), t, device=x.device))
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device) if t > 1 else None
        x = _step(x, eps, alpha_bar[t], alpha_bar[t - 1], 1.0, z)
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _sigma(alpha_bar_t, alpha_bar_prev, float(eta))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_0, omega_t = _omegas(alpha_bar_t, alpha_bar_prev, sigma_t)
    return omega_0, omega_t, 0.0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    return _step(x_t, eps, alpha_bar_t, alpha_bar_prev, float(eta), z if eta > 0 else None)


@torch.jit.script
def ddim_timesteps(T: int, S: int):
    tau = [(i * T + S - 1) // S for i in range(1, S + 1)]
    return torch.tensor(tau, dtype=torch.int64)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, t_prev = x_T, [0] + tau.tolist()
    for k in range(len(tau), 0, -1):
        eps = eps_model(x, torch.full((x.shape[0],), t_prev[k], device=x.device))
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
        x = ddim_step(x, eps, alpha_bar[t_prev[k]], alpha_bar[t_prev[k - 1]], eta, z)
    return x


@torch.jit.script
def reverse_sde_step(x: torch.Tensor, score: torch.Tensor, beta: torch.Tensor, dt: float, z: torch.Tensor):
    b = _expand(beta, x)
    return (x + (0.5 * b * x + b * score) * dt + torch.sqrt(b * dt) * z).to(x.dtype)
