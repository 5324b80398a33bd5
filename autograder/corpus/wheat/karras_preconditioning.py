"""EDM's view: a denoiser D(x; s) = c_skip x + c_out F(c_in x), the derivative (x − D)/s, Euler steps in s."""

import torch

from diffusion.tensors import noise_like, per_item, time_like


def _levels(alpha_bar):
    return torch.sqrt((1 - alpha_bar) / alpha_bar)


class VPPrecond:
    """Wraps a noise predictor; sees the scaled state x_t / √ᾱ_t at the level s, where the table has step t."""

    def __init__(self, eps_model, dtype):
        self.model, self.dtype = eps_model, dtype

    def __call__(self, x, sigma, t):
        c_skip = 1
        c_out = -sigma
        c_in = 1 / (sigma**2 + 1).sqrt()  # √ᾱ
        F_x = self.model((c_in * x).to(self.dtype), t)
        return c_skip * x + c_out * F_x


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    sigma = per_item(_levels(alpha_bar[t]), x_0)
    weight = 1 / sigma**2
    y = x_0.double()
    D_yn = VPPrecond(eps_model, x_0.dtype)(y + eps * sigma, sigma, t)
    return (weight * ((D_yn - y) ** 2)).mean()


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma, sigma_prev = per_item(_levels(alpha_bar_t), x_t), per_item(_levels(alpha_bar_prev), x_t)
    x_hat = x_t / per_item(alpha_bar_t, x_t).sqrt()
    denoised = x_hat - sigma * eps
    d_cur = (x_hat - denoised) / sigma
    sigma_up = eta * (sigma_prev / sigma) * (sigma**2 - sigma_prev**2).sqrt()
    sigma_down = (sigma_prev**2 - sigma_up**2).clamp(min=0).sqrt()
    x_next = x_hat + (sigma_down - sigma) * d_cur + sigma_up * z
    return (x_next * per_item(alpha_bar_prev, x_t).sqrt()).to(x_t.dtype)


@torch.no_grad()
def _edm_sampler(net, latents, t_steps, sigmas, eta, generator):
    x_next = latents * (1 + sigmas[0] ** 2).sqrt()
    for i, (sigma_cur, sigma_next) in enumerate(zip(sigmas[:-1], sigmas[1:])):
        x_cur = x_next
        denoised = net(x_cur, sigma_cur, time_like(x_cur, t_steps[i]))
        d_cur = (x_cur - denoised) / sigma_cur
        S_noise = eta * (sigma_next / sigma_cur) * (sigma_cur**2 - sigma_next**2).sqrt()
        sigma_hat = (sigma_next**2 - S_noise**2).clamp(min=0).sqrt()
        x_next = x_cur + (sigma_hat - sigma_cur) * d_cur + S_noise * noise_like(latents, generator)
    return x_next


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    t_steps = list(range(len(alpha_bar) - 1, 0, -1))
    net = VPPrecond(eps_model, x_T.dtype)
    return _edm_sampler(net, x_T.double(), t_steps, _levels(alpha_bar).flip(0), 1, generator).to(x_T.dtype)


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    sigmas = torch.cat([_levels(alpha_bar[tau]).flip(0), torch.zeros(1, device=alpha_bar.device)])  # t_N = 0
    net, t_steps = VPPrecond(eps_model, x_T.dtype), tau.flip(0).tolist()
    return _edm_sampler(net, x_T.double(), t_steps, sigmas, eta, generator).to(x_T.dtype)


@torch.no_grad()
def ddim_invert(eps_model, x_0, alpha_bar, tau):
    net, x, sigma = VPPrecond(eps_model, x_0.dtype), x_0.double(), 0.0
    for t in tau.tolist():
        # the model has to see x_t at the level where x is, and is told the step it goes to
        sigma_next = _levels(alpha_bar[t])
        eps = eps_model((x / (1 + sigma**2) ** 0.5).to(x_0.dtype), time_like(x, t))
        x, sigma = x + (sigma_next - sigma) * eps, sigma_next
    return (x * (1 + sigma**2) ** -0.5).to(net.dtype)
