"""A step class, a sampler class, closures that make steps; the asked-for functions are thin doors."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


class _Step:
    """One reverse step from t to prev; coefficients may be () or (B,)."""

    def __init__(self, alpha_bar_t, alpha_bar_prev, eta=0.0):
        self.a_t, self.a_prev, self.eta = alpha_bar_t, alpha_bar_prev, eta

    @property
    def beta(self):
        return 1 - self.a_t / self.a_prev

    @property
    def variance(self):
        return self.beta * (1 - self.a_prev) / (1 - self.a_t)

    @property
    def sigma(self):
        return self.eta * self.variance.sqrt()

    def x_0(self, x_t, eps):
        return (x_t - per_item((1 - self.a_t).sqrt(), x_t) * eps) / per_item(self.a_t.sqrt(), x_t)

    def omegas(self, sigma):
        omega_t = ((1 - self.a_prev - sigma**2).clamp(min=0) / (1 - self.a_t)).sqrt()
        return self.a_prev.sqrt() - self.a_t.sqrt() * omega_t, omega_t

    def __call__(self, x_t, eps, z):
        omega_0, omega_t = self.omegas(self.sigma)
        mean = per_item(omega_0, x_t) * self.x_0(x_t, eps) + per_item(omega_t, x_t) * x_t
        return (mean + per_item(self.sigma, x_t) * z).to(x_t.dtype)


class _Sampler:
    def __init__(self, eps_model, alpha_bar, steps, eta, generator):
        self.eps_model, self.alpha_bar, self.eta, self.generator = eps_model, alpha_bar, eta, generator
        self.steps = [*steps]

    @torch.no_grad()
    def run(self, x):
        for t, t_prev in zip(self.steps, self.steps[1:] + [0]):
            eps = self.eps_model(x, time_like(x, t))
            step = _Step(self.alpha_bar[t], self.alpha_bar[t_prev], self.eta)
            x = step(x, eps, noise_like(x, self.generator))
        return x


def _langevin_stepper(score, step, generator):
    """A closure that makes one Langevin step of size `step` by `score`."""
    noise_scale = (2.0 * step) ** 0.5

    def advance(x):
        return x + step * score(x) + noise_scale * noise_like(x, generator)

    return advance


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    step = _Step(alpha_bar_t, alpha_bar_prev, eta=1.0)
    omega_0, omega_t = step.omegas(step.sigma)
    mean = per_item(omega_0, x_0) * x_0 + per_item(omega_t, x_t) * x_t
    return mean.to(x_t.dtype), step.variance


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return _Step(alpha_bar_t, alpha_bar_prev, eta=1.0)(x_t, eps, z)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    return _Sampler(eps_model, alpha_bar, range(len(alpha_bar) - 1, 0, -1), 1.0, generator).run(x_T)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    return _Step(alpha_bar_t, alpha_bar_prev, eta).sigma


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    return (*_Step(alpha_bar_t, alpha_bar_prev).omegas(sigma_t), 0.0)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    return _Step(alpha_bar_t, alpha_bar_prev, eta)(x_t, eps, z)


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    return _Sampler(eps_model, alpha_bar, reversed(tau.tolist()), eta, generator).run(x_T)


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    advance = _langevin_stepper(score_fn, step_size, generator)
    for _ in range(num_steps):
        x = advance(x)
    return x


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    last = float(sigmas[-1])
    for sigma in map(float, sigmas):
        advance = _langevin_stepper(lambda y, s=sigma: score_fn(y, s), step_size * (sigma / last) ** 2, generator)
        for _ in range(steps_per_sigma):
            x = advance(x)
    return x
