"""One batched step for all: () becomes (B,), broadcasts by None, view_as and expand_as; torch.where at the last step."""

import torch


def _full(c, x):
    """() or (B,) -> the shape of x, float64."""
    return c.expand(x.shape[0])[(slice(None),) + (None,) * (x.dim() - 1)].expand_as(x)


def _as_given(c, like):
    """(B,) -> () if that is how `like` came."""
    return c.reshape(-1)[:1].view_as(like) if like.dim() == 0 else c.view_as(like)


def q_sample(x_0, alpha_bar_t, eps):
    a = _full(alpha_bar_t, x_0)
    return (a.sqrt() * x_0 + (1 - a).sqrt() * eps).type_as(x_0)


def predict_x_0(x_t, alpha_bar_t, eps):
    a = _full(alpha_bar_t, x_t)
    x_0 = (x_t - (1 - a).sqrt() * eps) / a.sqrt()
    return torch.where(a < 1, x_0, x_t.double()).type_as(x_t)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    a, p = _full(alpha_bar_t, x_t), _full(alpha_bar_prev, x_t)
    last = p == 1
    safe = torch.where(last, torch.full_like(p, 0.5), p)  # its value is thrown away, but it must not divide by 0
    beta = 1 - a / p
    precision = 1 / (1 - safe) + (a / p) / beta
    mean = (p.sqrt() * x_0 / (1 - safe) + (a / p).sqrt() * x_t / beta) / precision
    mean = torch.where(last, x_0.to(mean.dtype), mean)
    variance = torch.where(last, torch.zeros_like(precision), 1 / precision)
    first = (slice(None),) + (0,) * (x_t.dim() - 1)
    return mean.type_as(x_t), _as_given(variance[first], alpha_bar_t).clone()


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(predict_x_0(x_t, alpha_bar_t, eps), x_t, alpha_bar_t, alpha_bar_prev)
    is_last = _full(alpha_bar_prev, x_t) == 1
    return torch.where(is_last, mean, mean + _full(variance, x_t).sqrt() * z).type_as(x_t)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x, T, B = x_T, alpha_bar.size(0) - 1, x_T.size(0)
    for i in range(T):
        t = torch.tensor(T - i, device=x.device).repeat(B)
        z = torch.randn(x.size(), generator=generator, device=x.device, dtype=x.dtype)
        x = ddpm_step(x, eps_model(x, t), alpha_bar[t], alpha_bar[t - 1], z)
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    var = (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)
    return torch.where(alpha_bar_prev == 1, torch.zeros_like(var), eta * var.sqrt())


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a, p = _full(alpha_bar_t, x_t), _full(alpha_bar_prev, x_t)
    sigma = ddim_sigma(a, p, eta)
    x_0 = predict_x_0(x_t.double(), alpha_bar_t, eps)
    radicand = 1 - p - sigma**2
    direction = torch.where(radicand > 0, radicand.abs().sqrt(), 0.0)
    x_prev = p.sqrt() * x_0 + direction * eps + sigma * z
    return torch.where(p == 1, x_0, x_prev).type_as(x_t)


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, B = x_T, x_T.size(0)
    t_all = tau[:, None].repeat(1, B).to(x.device)
    prev_all = torch.cat([torch.zeros_like(t_all[:1]), t_all[:-1]])
    for t, t_prev in zip(reversed(t_all), reversed(prev_all)):
        z = torch.randn(x.size(), generator=generator, device=x.device, dtype=x.dtype)
        z = torch.where((t_prev > 0).view(-1, *(1,) * (x.dim() - 1)) & (eta > 0), z, 0 * z)
        x = ddim_step(x, eps_model(x, t), alpha_bar[t], alpha_bar[t_prev], eta, z)
    return x


def tweedie_mean(x, score, variance):
    return x.add(_full(variance, x).mul(score)).type_as(x)


def reverse_sde_step(x, score, beta, dt, z):
    beta = _full(beta, x)
    dx = (-0.5 * beta * x - beta * score) * (-dt) + torch.sqrt(beta) * torch.sqrt(
        torch.tensor(dt, dtype=torch.float64)
    ) * z
    return (x + dx).type_as(x)
