"""Tabs, semicolons, lambdas, walrus, very long lines; the whole of a function on one line wherever Python lets it."""

import torch

S, _ = torch.sqrt, lambda c, x: c[(...,) + (None,) * (x.ndim - 1)] if c.ndim else c
N = lambda x, g: torch.randn(x.shape, generator=g, dtype=x.dtype, device=x.device)
I = lambda x, t: x.new_full((len(x),), t, dtype=torch.long)


def q_sample(x_0, alpha_bar_t, eps):
    return (S(a := _(alpha_bar_t, x_0)) * x_0 + S(1 - a) * eps).to(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    return ((x_t - S(1 - (a := _(alpha_bar_t, x_t))) * eps) / S(a)).to(x_t.dtype)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    return ((eps_model((S(a := _(alpha_bar[t], x_0)) * x_0 + S(1 - a) * eps).to(eps.dtype), t) - eps) ** 2).mean()


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    return (
        (
            _(S(al := alpha_bar_t / alpha_bar_prev) * (1 - alpha_bar_prev) / (1 - alpha_bar_t), x_t) * x_t
            + _(S(alpha_bar_prev) * (be := 1 - al) / (1 - alpha_bar_t), x_0) * x_0
        ).to(x_0.dtype),
        be * (1 - alpha_bar_prev) / (1 - alpha_bar_t),
    )


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    a = _(alpha_bar_t, x_t)
    p = _(alpha_bar_prev, x_t)
    al = a / p
    be = 1 - al
    return ((x_t - be / S(1 - a) * eps) / S(al) + S(be * (1 - p) / (1 - a)) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        x = (x - (be := 1 - (al := alpha_bar[t] / alpha_bar[t - 1])) / S(1 - alpha_bar[t]) * eps_model(x, I(x, t))) / S(
            al
        ) + S(be * (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t])) * N(x, generator)
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return eta * S((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    return (
        S(alpha_bar_prev) - S(alpha_bar_t) * (w := S((1 - alpha_bar_prev - sigma_t**2).clamp(0) / (1 - alpha_bar_t))),
        w,
        0,
    )


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a, p = _(alpha_bar_t, x_t), _(alpha_bar_prev, x_t)
    s = eta * S((1 - p) / (1 - a) * (1 - a / p))
    return (S(p) * (x_t - S(1 - a) * eps) / S(a) + S((1 - p - s * s).clamp(0)) * eps + s * z).to(x_t.dtype)


def ddim_timesteps(T, S):
    return torch.tensor([T] if S == 1 else [1 + (i * (T - 1)) // (S - 1) for i in range(S)])


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x = x_T
    L = tau.tolist()
    while L:
        t = L.pop()
        a = alpha_bar[t]
        p = alpha_bar[L[-1] if L else 0]
        s = eta * S((1 - p) / (1 - a) * (1 - a / p))
        e = eps_model(x, I(x, t))
        x = S(p) * ((x - S(1 - a) * e) / S(a)) + S((1 - p - s * s).clamp(0)) * e + (s * N(x, generator) if eta else 0)
    return x


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    x = x_0
    p = alpha_bar[0]
    for t in tau.tolist():
        e = eps_model(x, I(x, t))
        a = alpha_bar[t]
        x = S(a / p) * (x - S(1 - p) * e) + S(1 - a) * e
        p = a
    return x


def score_from_eps(eps, alpha_bar_t):
    return -(eps / S(1 - _(alpha_bar_t, eps))).to(eps.dtype)


def tweedie_mean(x, score, variance):
    return (x + _(variance, x) * score).to(x.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    return (
        (score_model((S(a := _(alpha_bar[t], x_0)) * x_0 + S(1 - a) * eps).to(eps.dtype), t) + eps / S(1 - a)) ** 2
    ).mean()


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for k in range(num_steps):
        x = x + step_size * score_fn(x) + (2 * step_size) ** 0.5 * N(x, generator)
    return x


def reverse_sde_step(x, score, beta, dt, z):
    return (x + (b := _(beta, x)) * (x / 2 + score) * dt + S(b * dt) * z).to(x.dtype)
