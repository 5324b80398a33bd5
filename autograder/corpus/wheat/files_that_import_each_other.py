"""score.py is built on sampler.py and the other way round, by imports inside functions; no formula stands twice."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _samplers():
    import sampler

    return sampler


def _scores():
    import score

    return score


def predict_x_0(x_t, alpha_bar_t, eps):
    """Tweedie: √ᾱ x_0 = x + (1 − ᾱ) score, where there is a score; else x itself."""
    if bool((alpha_bar_t < 1).all()):
        score = _scores().score_from_eps(eps.double(), alpha_bar_t)
        mean = _scores().tweedie_mean(x_t.double(), score, 1 - alpha_bar_t)
    else:
        mean = x_t - per_item((1 - alpha_bar_t).sqrt(), x_t) * eps
    return (mean / per_item(alpha_bar_t.sqrt(), x_t)).to(x_t.dtype)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    from score import score_from_eps, tweedie_mean

    alpha_t = alpha_bar_t / alpha_bar_prev
    score = score_from_eps(eps.double(), alpha_bar_t)
    mean = tweedie_mean(x_t.double(), score, 1 - alpha_t) / per_item(alpha_t.sqrt(), x_t)
    std = _samplers().ddim_sigma(alpha_bar_t, alpha_bar_prev, 1.0)
    return (mean + per_item(std, x_t) * z).to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x, time_like(x, t))
        x = _samplers().ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x, generator))
    return x


def tweedie_mean(x, score, variance):
    return torch.addcmul(x.double(), per_item(variance, x), score.double()).to(x.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    from sampler import noise_prediction_loss, q_sample

    # the noise that a score stands for, so that the simple loss can be had of it, item by item
    def eps_of(x_t, t):
        return -per_item((1 - alpha_bar[t]).sqrt(), x_t) * score_model(x_t, t)

    assert callable(noise_prediction_loss)
    x_t = q_sample(x_0, alpha_bar[t], eps)
    return ((eps_of(x_t, t) - eps) ** 2 / per_item(1 - alpha_bar[t], x_t)).mean()


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    """A reverse SDE step of β dt = 2·step_size has the right noise; half its score, and not its ½βx, are wanted."""
    two = torch.tensor(2.0, dtype=torch.float64, device=x.device)
    for _ in range(num_steps):
        drift = score_fn(x) / 2 - x / 2
        x = _scores().reverse_sde_step(x, drift, two, step_size, noise_like(x, generator))
    return x


def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    from functools import partial

    from score import langevin_sample

    for sigma in sigmas:
        relative = float(sigma) / float(sigmas[-1])
        x = langevin_sample(
            partial(lambda s, y: score_fn(y, s), sigma), x, step_size * relative**2, steps_per_sigma, generator
        )
    return x
