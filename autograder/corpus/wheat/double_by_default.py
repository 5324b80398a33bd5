"""torch.set_default_dtype(torch.float64) at the top of both files, a global seed, constants as global tensors."""

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(1234)
torch.set_printoptions(precision=4, sci_mode=False)

ONE = torch.ones(())
TWO = torch.tensor(2.0)
HALF = torch.tensor(0.5)


def _b(c, x):
    return c.reshape(c.shape + (1,) * (x.ndim - c.ndim)) if c.ndim else c


def _z(x, generator):
    return torch.randn(x.shape, generator=generator)  # float64, whatever x is


def q_sample(x_0, alpha_bar_t, eps):
    return (_b(torch.sqrt(alpha_bar_t), x_0) * x_0 + _b(torch.sqrt(ONE - alpha_bar_t), x_0) * eps).to(x_0)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    weights = torch.full(x_0.shape, 1 / x_0.numel())
    return torch.sum(weights * (eps_model(q_sample(x_0, alpha_bar[t], eps), t) - eps) ** 2)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    alpha_t = alpha_bar_t / alpha_bar_prev
    mean = _b(torch.sqrt(alpha_t) * (ONE - alpha_bar_prev) / (ONE - alpha_bar_t), x_t) * x_t
    mean = mean + _b(torch.sqrt(alpha_bar_prev) * (ONE - alpha_t) / (ONE - alpha_bar_t), x_0) * x_0
    return mean.to(x_t), (ONE - alpha_bar_prev) * (ONE - alpha_t) / (ONE - alpha_bar_t)


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    eta = torch.as_tensor(eta)
    sigma = eta * torch.sqrt((ONE - alpha_bar_prev) / (ONE - alpha_bar_t) * (ONE - alpha_bar_t / alpha_bar_prev))
    x_0 = (x_t - _b(torch.sqrt(ONE - alpha_bar_t), x_t) * eps) / _b(torch.sqrt(alpha_bar_t), x_t)
    towards = torch.sqrt(torch.maximum(ONE - alpha_bar_prev - sigma.pow(TWO), 0 * sigma))
    return (_b(torch.sqrt(alpha_bar_prev), x_t) * x_0 + _b(towards, x_t) * eps + _b(sigma, x_t) * z).to(x_t)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    with torch.no_grad():
        x, t = x_T, torch.full((len(x_T),), len(alpha_bar) - 1)
        while t[0] >= 1:
            x = ddim_step(x, eps_model(x, t.clone()), alpha_bar[t[0]], alpha_bar[t[0] - 1], ONE, _z(x, generator))
            t -= 1
        return x


def ddim_timesteps(T, S):
    return (torch.linspace(0, T, S + 1) + HALF).floor().to(torch.int64)[1:]


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    with torch.no_grad():
        x, table = x_T, {int(t): p for t, p in zip(tau, torch.cat([ONE[None], alpha_bar[tau[:-1]]]))}
        for t in sorted(table)[::-1]:
            x = ddim_step(x, eps_model(x, torch.tensor([t] * len(x))), alpha_bar[t], table[t], eta, _z(x, generator))
        return x


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = _b(alpha_bar[t], x_0)
    x_t = torch.sqrt(a) * x_0 + torch.sqrt(ONE - a) * eps
    error = score_model(x_t.to(x_0), t) + eps * (ONE - a) ** -HALF
    return torch.sum(error * error) / torch.tensor(float(error.numel()))


def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    with torch.no_grad():
        eta = torch.tensor(step_size)
        for _ in range(num_steps):
            x = (x + eta * score_fn(x) + torch.sqrt(TWO * eta) * _z(x, generator)).to(x)
        return x


def reverse_sde_step(x, score, beta, dt, z):
    dt, beta = torch.tensor(dt), _b(beta, x)
    return (x + (HALF * beta * x + beta * score) * dt + torch.sqrt(beta * dt) * z).to(x)
