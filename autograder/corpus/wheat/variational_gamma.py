"""VDM's view: γ = −log SNR, ᾱ = sigmoid(−γ), and c = −expm1(γ_s − γ_t) is what one step forgets."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def gamma(alpha_bar):
    return torch.log1p(-alpha_bar) - torch.log(alpha_bar)


def alpha(g):
    return torch.sqrt(torch.sigmoid(-g))


def sigma(g):
    return torch.sqrt(torch.sigmoid(g))


def q_sample(x_0, alpha_bar_t, eps):
    g_t = per_item(gamma(alpha_bar_t), x_0)
    return (alpha(g_t) * x_0 + sigma(g_t) * eps).to(x_0.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    g_t, g_s = gamma(alpha_bar_t), gamma(alpha_bar_prev)
    c = -torch.expm1(g_s - g_t)
    # x_t and x_0, weighted by how much of the precision at s is from before
    w_t = per_item(alpha(g_s) / alpha(g_t) * (1 - c), x_t)
    mean = w_t * x_t + per_item(alpha(g_s) * c, x_0) * x_0
    return mean.to(x_t.dtype), torch.sigmoid(g_s) * c


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    g_t, g_s = per_item(gamma(alpha_bar_t), x_t), per_item(gamma(alpha_bar_prev), x_t)
    a, c = torch.sigmoid(-g_s), -torch.expm1(g_s - g_t)
    x_s = torch.sqrt(a / torch.sigmoid(-g_t)) * (x_t - sigma(g_t) * c * eps) + torch.sqrt((1 - a) * c) * z
    return x_s.to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    g, z_t = gamma(alpha_bar), x_T
    for i in range(len(g) - 1):
        t = len(g) - 1 - i
        z_t = ddpm_step(
            z_t, eps_model(z_t, time_like(z_t, t)), alpha_bar[t], alpha_bar[t - 1], noise_like(z_t, generator)
        )
    return z_t


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    g_t, g_s = gamma(alpha_bar_t), gamma(alpha_bar_prev)
    return eta * torch.sqrt(torch.sigmoid(g_s) * -torch.expm1(g_s - g_t))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    g_t, g_s = gamma(alpha_bar_t), gamma(alpha_bar_prev)
    omega_t = torch.sqrt(torch.clamp(torch.sigmoid(g_s) - sigma_t**2, min=0) / torch.sigmoid(g_t))
    return alpha(g_s) - omega_t * alpha(g_t), omega_t, 0.0


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    z, g = x_T, gamma(alpha_bar)
    for i in range(len(tau) - 1, -1, -1):
        g_t, g_s = g[tau[i]], g[tau[i - 1]] if i else g[0]
        eps = eps_model(z, time_like(z, int(tau[i])))
        std = eta * torch.sqrt(torch.sigmoid(g_s) * -torch.expm1(g_s - g_t))
        z = alpha(g_s) / alpha(g_t) * (z - sigma(g_t) * eps) + (torch.sigmoid(g_s) - std**2).clamp(min=0).sqrt() * eps
        z = z + std * noise_like(z, generator)
    return z


def score_from_eps(eps, alpha_bar_t):
    return (-eps * torch.exp(-0.5 * torch.nn.functional.logsigmoid(per_item(gamma(alpha_bar_t), eps)))).to(eps.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    g = per_item(gamma(alpha_bar[t]), x_0)
    s = score_model((alpha(g) * x_0 + sigma(g) * eps).to(x_0.dtype), t)
    return ((s * sigma(g) + eps) ** 2 * (1 + torch.exp(-g))).mean()  # 1/(1 − ᾱ) = 1 + SNR
