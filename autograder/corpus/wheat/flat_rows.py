"""Each state becomes a matrix of one row for each item, coefficients a column; what comes out is shaped back."""

import torch
import torch.nn.functional as F

from diffusion.tensors import noise_like, time_like


def flat(x):
    return x.double().reshape(x.size(0), -1)


def column(c, x):
    return c.expand(x.size(0)).unsqueeze(1)


def back(rows, x):
    return rows.contiguous().view(x.size()).to(x.dtype)


def q_sample(x_0, alpha_bar_t, eps):
    rows = torch.cat([flat(x_0).unsqueeze(2), flat(eps).unsqueeze(2)], dim=2)
    weights = torch.cat([column(alpha_bar_t, x_0).sqrt(), (1 - column(alpha_bar_t, x_0)).sqrt()], dim=1)
    return back((rows * weights.unsqueeze(1)).sum(dim=2), x_0)


def predict_x_0(x_t, alpha_bar_t, eps):
    a = column(alpha_bar_t, x_t)
    return back((flat(x_t) - flat(eps).mul((1 - a).sqrt())).div(a.sqrt()), x_t)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    eps_pred = eps_model(q_sample(x_0, alpha_bar[t], eps), t)
    per_sample = F.mse_loss(flat(eps_pred), flat(eps), reduction="none").mean(dim=1)
    return per_sample.sum() / per_sample.size(0)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    a, p = column(alpha_bar_t, x_t), column(alpha_bar_prev, x_t)
    weight = (a / p).sqrt() * (1 - p) / (1 - a)
    rows = weight * flat(x_t) + (p.sqrt() - weight * a.sqrt()) * flat(x_0)  # the weights keep the marginal's mean
    variance = (p - a) * (1 - p) / (p * (1 - a))
    return back(rows, x_t), variance.squeeze(1) if alpha_bar_t.ndim else variance[0, 0]


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    mean, variance = ddpm_posterior(
        predict_x_0(x_t.double(), alpha_bar_t, eps), x_t.double(), alpha_bar_t, alpha_bar_prev
    )
    return back(flat(mean) + column(variance, x_t).sqrt() * flat(z), x_t)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    a, p = column(alpha_bar_t, x_t), column(alpha_bar_prev, x_t)
    sigma = eta * ((p - a) * (1 - p) / (p * (1 - a))).sqrt()
    length = F.relu(1 - p - sigma.pow(2)).sqrt()
    return back(p.div(a).sqrt() * (flat(x_t) - (1 - a).sqrt() * flat(eps)) + length * flat(eps) + sigma * flat(z), x_t)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t, (a, p) in zip(range(len(alpha_bar) - 1, 0, -1), torch.stack([alpha_bar[1:], alpha_bar[:-1]], 1).flip(0)):
        x = ddpm_step(x, eps_model(x, time_like(x, t)), a, p, noise_like(x, generator))
    return x


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x, ladder = x_T, F.pad(tau, (1, 0)).flip(0).unfold(0, 2, 1)
    for t, t_prev in ladder.tolist():
        x = ddim_step(x, eps_model(x, time_like(x, t)), alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    return x


def score_from_eps(eps, alpha_bar_t):
    return back(flat(eps) / -column(1 - alpha_bar_t, eps).sqrt(), eps)


def tweedie_mean(x, score, variance):
    return back(
        torch.baddbmm(flat(x).unsqueeze(2), flat(score).unsqueeze(2), column(variance, x).unsqueeze(2)).squeeze(2), x
    )


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = column(alpha_bar[t], x_0)
    score = score_model(back(a.sqrt() * flat(x_0) + (1 - a).sqrt() * flat(eps), x_0), t)
    return torch.linalg.vector_norm(flat(score) + flat(eps) / (1 - a).sqrt()).square() / x_0.numel()
