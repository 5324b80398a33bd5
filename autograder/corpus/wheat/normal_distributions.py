"""torch.distributions for everything: losses and scores from log_prob, the posterior as a product, draws by icdf."""

import math

import torch
from torch.distributions import Independent, Normal

from diffusion.tensors import per_item, time_like


def _draw(distribution, generator):
    """A sample by the inverse CDF, as Normal.sample takes no generator."""
    u = torch.rand(distribution.loc.shape, generator=generator, dtype=torch.float64, device=distribution.loc.device)
    return distribution.icdf(u.clamp(min=2.0**-60))


def _q(x_0, alpha_bar):
    return Normal(
        per_item(alpha_bar.sqrt(), x_0) * x_0,
        per_item((1 - alpha_bar).sqrt(), x_0).expand(x_0.shape),
        validate_args=False,
    )


def _jump(x_0, alpha_bar_t, eps):
    q = _q(x_0, alpha_bar_t)
    return (q.loc + q.scale * eps).to(x_0.dtype)


def q_sample(x_0, alpha_bar_t, eps):
    return _jump(x_0, alpha_bar_t, eps)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    predicted = Independent(Normal(eps_model(_jump(x_0, alpha_bar[t], eps), t), 1.0), eps.ndim)
    # −log N(ε; ε_pred, I) = ½ Σ (ε_pred − ε)² + ½ n log 2π
    return -2 * predicted.log_prob(eps) / eps.numel() - math.log(2 * math.pi)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    """N(x_prev; √ᾱ_prev x_0, 1 − ᾱ_prev) × N(x_t; √α x_prev, β), multiplied out so that the first may be a point."""
    alpha = alpha_bar_t / alpha_bar_prev
    v_1, v_2 = 1 - alpha_bar_prev, (1 - alpha) / alpha
    prior, likelihood = _q(x_0, alpha_bar_prev).loc, x_t / per_item(alpha.sqrt(), x_t)
    mean = (per_item(v_2, x_t) * prior + per_item(v_1, x_t) * likelihood) / per_item(v_1 + v_2, x_t)
    return mean.to(x_t.dtype), v_1 * v_2 / (v_1 + v_2)


def _posterior(x_t, eps, alpha_bar_t, alpha_bar_prev):
    x_0 = (x_t - per_item((1 - alpha_bar_t).sqrt(), x_t) * eps) / per_item(alpha_bar_t.sqrt(), x_t)
    mean, variance = ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev)
    return Normal(mean, per_item(variance.sqrt(), x_t).to(mean.dtype).expand(mean.shape), validate_args=False)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    p = _posterior(x_t, eps, alpha_bar_t, alpha_bar_prev)
    return p.loc + p.scale * z


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        p = _posterior(x, eps_model(x, time_like(x, t)), alpha_bar[t], alpha_bar[t - 1])
        x = _draw(p, generator).to(x.dtype) if t > 1 else p.mean
    return x


def score_from_eps(eps, alpha_bar_t):
    """The gradient of log q(x | x_0 = 0) at √(1 − ᾱ) ε, by autograd."""
    q = Normal(torch.zeros_like(eps, dtype=torch.float64), per_item((1 - alpha_bar_t).sqrt(), eps).expand(eps.shape))
    with torch.enable_grad():
        x = (q.scale * eps).detach().requires_grad_()
        (score,) = torch.autograd.grad(q.log_prob(x).sum(), x)
    return score.to(eps.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    x_t = _jump(x_0, alpha_bar[t], eps)
    score = score_model(x_t, t)
    return (score - score_from_eps(eps, alpha_bar[t])).pow(2).mean()


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        proposal = Normal(x + step_size * score_fn(x), math.sqrt(2 * step_size))
        x = _draw(proposal, generator).to(x.dtype)
    return x
