"""Linear algebra: (x_0, ε) → (x_t, ε) is a 2×2 matrix for each item; it is inverted, solved and batch-multiplied."""

import torch

from diffusion.tensors import noise_like, time_like


def _matrix(alpha_bar, B):
    """(B, 2, 2): what makes (x_t, ε) of (x_0, ε)."""
    a = alpha_bar.expand(B)
    zero, one = torch.zeros_like(a), torch.ones_like(a)
    rows = torch.stack([torch.sqrt(a), torch.sqrt(1 - a)], -1), torch.stack([zero, one], -1)
    return torch.stack(rows, dim=1)


def _apply(weights, *states):
    """Σ_k weights[:, k] states[k], by one batched matrix product."""
    stacked = torch.stack([s.reshape(s.shape[0], -1).double() for s in states], dim=1)  # (B, K, N)
    return torch.bmm(weights, stacked).reshape(states[0].shape).to(states[0].dtype)


def q_sample(x_0, alpha_bar_t, eps):
    return _apply(_matrix(alpha_bar_t, len(x_0))[:, :1], x_0, eps)


def predict_x_0(x_t, alpha_bar_t, eps):
    return _apply(torch.linalg.inv(_matrix(alpha_bar_t, len(x_t)))[:, :1], x_t, eps)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = _apply(_matrix(alpha_bar[t], len(x_0))[:, :1], x_0, eps)
    d = (eps_model(x_t, t) - eps).reshape(-1)
    return torch.dot(d, d) / d.numel()


def _sigma(a, p, eta):
    return eta * torch.sqrt((1 - p) / (1 - a) * (1 - a / p))


def _step_weights(a, p, eta, B):
    """(B, 1, 3): the weights of x_t, ε and z in x_prev."""
    sigma = _sigma(a, p, eta).expand(B)
    kept = torch.clamp(1 - p - sigma**2, min=0).sqrt()
    row = torch.stack([p.sqrt().expand(B), kept], -1)[:, None]
    of_x_t_and_eps = torch.linalg.solve(_matrix(a, B).mT, row.mT).mT
    return torch.cat([of_x_t_and_eps, sigma[:, None, None]], dim=-1)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return _apply(_step_weights(alpha_bar_t, alpha_bar_prev, 1.0, len(x_t)), x_t, eps, z)


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    # ω₀ + √ᾱ_t ω_t = √ᾱ_prev and √(1 − ᾱ_t) ω_t = √(1 − ᾱ_prev − σ²), as one triangular system
    a, p, sigma = (c.reshape(-1) for c in (alpha_bar_t, alpha_bar_prev, sigma_t))
    system = torch.stack([torch.stack([torch.ones_like(a), a.sqrt()], -1), torch.stack([a * 0, (1 - a).sqrt()], -1)], 1)
    right = torch.stack([p.sqrt(), (1 - p - sigma**2).clamp(min=0).sqrt()], -1)[..., None]
    omegas = torch.linalg.solve_triangular(system, right, upper=True)[..., 0]
    return omegas[:, 0].reshape(alpha_bar_t.shape), omegas[:, 1].reshape(alpha_bar_t.shape), 0.0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    return _apply(_step_weights(alpha_bar_t, alpha_bar_prev, eta, len(x_t)), x_t, eps, z)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, steps = x_T, [0] + tau.tolist()
    for k in range(len(tau), 0, -1):
        weights = _step_weights(alpha_bar[steps[k]], alpha_bar[steps[k - 1]], eta, len(x))
        x = _apply(weights, x, eps_model(x, time_like(x, steps[k])), noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x, before = x_0, _matrix(alpha_bar[0], len(x_0))
    for t in tau.tolist():
        after = _matrix(alpha_bar[t], len(x))
        x = _apply((after @ torch.linalg.inv(before))[:, :1], x, eps_model(x, time_like(x, t)))
        before = after
    return x


def reverse_sde_step(x, score, beta, dt, z):
    h = (beta * dt).expand(len(x))
    return _apply(torch.stack([1 + h / 2, h, h.sqrt()], -1)[:, None], x, score, z)
