"""Python loops over the items of the batch wherever the coefficients differ from item to item."""

import torch


def _numbers(coefficient, x):
    """One 0-d coefficient for each item of x."""
    return list(coefficient) if coefficient.ndim == 1 else [coefficient] * len(x)


def q_sample(x_0, alpha_bar_t, eps):
    x_t = torch.zeros_like(x_0)
    for i, a in enumerate(_numbers(alpha_bar_t, x_0)):
        x_t[i] = torch.sqrt(a) * x_0[i] + torch.sqrt(1 - a) * eps[i]
    return x_t


def predict_x_0(x_t, alpha_bar_t, eps):
    if alpha_bar_t.ndim == 0:
        x_0 = (x_t - torch.sqrt(1 - alpha_bar_t) * eps) / torch.sqrt(alpha_bar_t)
        return x_0.to(x_t.dtype)
    return torch.stack([predict_x_0(x, a, e) for x, a, e in zip(x_t, alpha_bar_t, eps)])


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    x_t = q_sample(x_0, alpha_bar[t], eps)
    eps_pred = eps_model(x_t, t)
    return sum(((eps_pred[i] - eps[i]) ** 2).mean() for i in range(len(x_0))) / len(x_0)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    if alpha_bar_t.ndim == 0:
        alpha_t = alpha_bar_t / alpha_bar_prev
        mean = alpha_t.sqrt() * (1 - alpha_bar_prev) * x_t + alpha_bar_prev.sqrt() * (1 - alpha_t) * x_0
        variance = (1 - alpha_bar_prev) * (1 - alpha_t) / (1 - alpha_bar_t)
        return (mean / (1 - alpha_bar_t)).to(x_t.dtype), variance
    means, variances = [], []
    for i in range(x_t.shape[0]):
        mean, variance = ddpm_posterior(x_0[i], x_t[i], alpha_bar_t[i], alpha_bar_prev[i])
        means.append(mean)
        variances.append(variance)
    return torch.stack(means), torch.stack(variances)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    if variance.ndim == 0:
        return (mean + variance.sqrt() * z).to(x_t.dtype)
    for i in range(len(mean)):
        mean[i] += variance[i].sqrt() * z[i]
    return mean


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    if alpha_bar_t.ndim == 1:
        return torch.stack([ddim_sigma(a_t, a_prev, eta) for a_t, a_prev in zip(alpha_bar_t, alpha_bar_prev)])
    return eta * torch.sqrt((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    if alpha_bar_t.ndim == 1:
        rows = [ddim_coefficients(*row) for row in zip(alpha_bar_t, alpha_bar_prev, sigma_t)]
        return torch.stack([row[0] for row in rows]), torch.stack([row[1] for row in rows]), 0
    omega_t = torch.sqrt(max(1 - alpha_bar_prev - sigma_t**2, alpha_bar_t * 0) / (1 - alpha_bar_t))
    return torch.sqrt(alpha_bar_prev) - omega_t * torch.sqrt(alpha_bar_t), omega_t, 0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    if alpha_bar_t.ndim == 0:
        sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
        omega_0, omega_t, b = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
        x_prev = omega_0 * predict_x_0(x_t, alpha_bar_t, eps) + omega_t * x_t + b + sigma_t * z
        return x_prev.to(x_t.dtype)
    x_prev = torch.empty_like(x_t)
    for i in range(len(x_t)):
        # a slice of one item, so that it still has a batch dimension
        s = slice(i, i + 1)
        x_prev[s] = ddim_step(x_t[s], eps[s], alpha_bar_t[i], alpha_bar_prev[i], eta, z[s])
    return x_prev


def ddim_timesteps(T, S):
    tau = []
    for i in range(1, S + 1):
        tau.append(round(i * T / S))
    return torch.tensor(tau)


def score_from_eps(eps, alpha_bar_t):
    score = eps.clone()
    for i, a in enumerate(_numbers(alpha_bar_t, eps)):
        score[i] = -eps[i] / torch.sqrt(1 - a)
    return score


def tweedie_mean(x, score, variance):
    return torch.stack([x[i] + v * score[i] for i, v in enumerate(_numbers(variance, x))]).to(x.dtype)


def reverse_sde_step(x, score, beta, dt, z):
    out = []
    for i, b in enumerate(_numbers(beta, x)):
        out.append(x[i] + 0.5 * b * x[i] * dt + b * score[i] * dt + torch.sqrt(b * dt) * z[i])
    return torch.stack(out).to(x.dtype)
