"""score_sde's classes: an SDE with sde(), marginal_prob() and reverse(), predictors, a Langevin corrector, a loss."""

import abc

import torch

from diffusion.tensors import noise_like, time_like


def batch_mul(a, b):
    return torch.as_tensor(a).reshape(-1, *[1] * (b.dim() - 1)) * b


class SDE(abc.ABC):
    @abc.abstractmethod
    def sde(self, x, t): ...

    def reverse(self, score_fn, probability_flow=False):
        sde_fn = self.sde

        class RSDE(self.__class__):
            def __init__(self):
                self.probability_flow = probability_flow

            def sde(self, x, t):
                """Create the drift and diffusion functions for the reverse SDE/ODE."""
                drift, diffusion = sde_fn(x, t)
                score = score_fn(x, t)
                drift = drift - batch_mul(diffusion**2, score * (0.5 if self.probability_flow else 1.0))
                return drift, torch.zeros_like(diffusion) if self.probability_flow else diffusion

        return RSDE()


class VPSDE(SDE):
    def __init__(self, beta):
        self.beta = beta

    def sde(self, x, t):
        beta_t = self.beta(t)
        return batch_mul(-0.5 * beta_t, x), torch.sqrt(beta_t)


class Discrete:
    """The discrete chain: marginal_prob of x_t, and the ancestral predictor."""

    def __init__(self, alpha_bar):
        self.alphas_cumprod = alpha_bar
        self.discrete_betas = 1 - alpha_bar[1:] / alpha_bar[:-1]

    def marginal_prob(self, x, t):
        log_mean_coeff = 0.5 * torch.log(self.alphas_cumprod[t])
        return batch_mul(torch.exp(log_mean_coeff), x), torch.sqrt(1.0 - torch.exp(2.0 * log_mean_coeff))

    def ancestral(self, x, score, t, noise):
        beta = self.discrete_betas[t - 1]
        x_mean = batch_mul(1.0 / torch.sqrt(1.0 - beta), x + batch_mul(beta, score))
        std = torch.sqrt(beta * (1 - self.alphas_cumprod[t - 1]) / (1 - self.alphas_cumprod[t]))
        return (x_mean + batch_mul(std, noise)).to(x.dtype)


class LangevinCorrector:
    def __init__(self, score_fn, n_steps):
        self.score_fn, self.n_steps = score_fn, n_steps

    def update_fn(self, x, step_size, generator):
        for _ in range(self.n_steps):
            grad, noise = self.score_fn(x), noise_like(x, generator)
            x_mean = x + batch_mul(step_size, grad)
            x = x_mean + batch_mul(torch.sqrt(torch.as_tensor(step_size) * 2), noise)
        return x


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    sde, x = Discrete(alpha_bar), x_T
    for t in range(len(sde.discrete_betas), 0, -1):
        vec_t = time_like(x, t)
        _, std = sde.marginal_prob(x, vec_t)
        score = batch_mul(-1 / std, eps_model(x, vec_t))
        x = sde.ancestral(x, score, vec_t, noise_like(x, generator))
    return x


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    mean, std = Discrete(alpha_bar).marginal_prob(x_0, t)
    perturbed_data = (mean + batch_mul(std, eps)).to(x_0.dtype)
    score = score_model(perturbed_data, t)
    losses = torch.square(batch_mul(std, score) + eps)
    losses = torch.mean(losses.reshape(losses.shape[0], -1), dim=-1)
    return torch.mean(losses / std**2)


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    step = torch.tensor([step_size], dtype=x.dtype, device=x.device)
    return LangevinCorrector(score_fn, num_steps).update_fn(x, step, generator)


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    for i, sigma in enumerate(sigmas):
        a = (step_size * (sigmas[i] / sigmas[-1]) ** 2).to(x.dtype)
        x = LangevinCorrector(lambda y, s=sigma: score_fn(y, s), steps_per_sigma).update_fn(x, a, generator)
    return x


def reverse_sde_step(x, score, beta, dt, z):
    rsde = VPSDE(lambda t: beta).reverse(lambda x, t: score)
    drift, diffusion = rsde.sde(x, None)
    x_mean = x + drift * -dt
    return (x_mean + batch_mul(diffusion, (dt**0.5) * z)).to(x.dtype)
