"""lucidrains' style: an nn.Module with register_buffer tables, extract() by gather, exists() and default(), 0-based t."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn


def exists(x):
    return x is not None


def default(val, d):
    if exists(val):
        return val
    return d() if callable(d) else d


def identity(t, *args, **kwargs):
    return t


def extract(a, t, x_shape):
    b, *_ = t.shape
    out = a.gather(-1, t)
    return out.reshape(b, *((1,) * (len(x_shape) - 1)))


class GaussianDiffusion(nn.Module):
    def __init__(self, model, alpha_bar):
        super().__init__()
        self.model = model
        alphas_cumprod = alpha_bar[1:]
        alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        betas = 1.0 - alphas_cumprod / alphas_cumprod_prev
        (timesteps,) = betas.shape
        self.num_timesteps = int(timesteps)
        register_buffer = partial(self.register_buffer, persistent=False)
        register_buffer("alphas_cumprod", alphas_cumprod)
        register_buffer("sqrt_alphas_cumprod", torch.sqrt(alphas_cumprod))
        register_buffer("sqrt_one_minus_alphas_cumprod", torch.sqrt(1.0 - alphas_cumprod))
        register_buffer("sqrt_recip_alphas_cumprod", torch.sqrt(1.0 / alphas_cumprod))
        register_buffer("sqrt_recipm1_alphas_cumprod", torch.sqrt(1.0 / alphas_cumprod - 1))
        posterior_variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)
        # clipped because the posterior variance is 0 at the beginning of the chain
        register_buffer("posterior_log_variance_clipped", torch.log(posterior_variance.clamp(min=1e-20)))
        register_buffer("posterior_mean_coef1", betas * torch.sqrt(alphas_cumprod_prev) / (1.0 - alphas_cumprod))
        register_buffer(
            "posterior_mean_coef2",
            (1.0 - alphas_cumprod_prev) * torch.sqrt(1 - betas) / (1.0 - alphas_cumprod),
        )
        snr = alphas_cumprod / (1 - alphas_cumprod)
        register_buffer("loss_weight", torch.ones_like(snr))

    def q_sample(self, x_start, t, noise=None):
        noise = default(noise, lambda: torch.randn_like(x_start))
        return (
            extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
            + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
        ).to(x_start.dtype)

    def p_losses(self, x_start, t, noise=None):
        model_out = self.model(self.q_sample(x_start=x_start, t=t, noise=noise), t + 1)
        loss = F.mse_loss(model_out, noise, reduction="none")
        loss = loss.reshape(loss.shape[0], -1).mean(dim=-1)
        loss = loss * extract(self.loss_weight, t, loss.shape)
        return loss.mean()

    def model_predictions(self, x, t, clip_x_start=False):
        maybe_clip = partial(torch.clamp, min=-1.0, max=1.0) if clip_x_start else identity
        pred_noise = self.model(x, t + 1)
        x_start = (
            extract(self.sqrt_recip_alphas_cumprod, t, x.shape) * x
            - extract(self.sqrt_recipm1_alphas_cumprod, t, x.shape) * pred_noise
        )
        return pred_noise, maybe_clip(x_start).to(x.dtype)

    @torch.inference_mode()
    def p_sample(self, x, t: int, generator):
        batched_times = torch.full((x.shape[0],), t, device=x.device, dtype=torch.long)
        _, x_start = self.model_predictions(x, batched_times)
        model_mean = extract(self.posterior_mean_coef1, batched_times, x.shape) * x_start
        model_mean = model_mean + extract(self.posterior_mean_coef2, batched_times, x.shape) * x
        log_variance = extract(self.posterior_log_variance_clipped, batched_times, x.shape)
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device) if t > 0 else 0.0
        return (model_mean + (0.5 * log_variance).exp() * noise).to(x.dtype)

    @torch.inference_mode()
    def p_sample_loop(self, img, generator):
        for t in reversed(range(0, self.num_timesteps)):
            img = self.p_sample(img, t, generator)
        return img

    @torch.inference_mode()
    def ddim_sample(self, img, times, eta, generator):
        times = list(reversed([-1] + times))
        time_pairs = list(zip(times[:-1], times[1:]))
        for time, time_next in time_pairs:
            time_cond = torch.full((img.shape[0],), time, device=img.device, dtype=torch.long)
            pred_noise, x_start = self.model_predictions(img, time_cond)
            if time_next < 0:
                img = x_start
                continue
            alpha = self.alphas_cumprod[time]
            alpha_next = self.alphas_cumprod[time_next]
            sigma = eta * ((1 - alpha / alpha_next) * (1 - alpha_next) / (1 - alpha)).sqrt()
            c = (1 - alpha_next - sigma**2).clamp(min=0).sqrt()
            noise = torch.randn(img.shape, generator=generator, dtype=img.dtype, device=img.device)
            img = x_start * alpha_next.sqrt() + c * pred_noise + sigma * noise
        return img


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    return GaussianDiffusion(eps_model, alpha_bar).p_losses(x_0, t - 1, noise=eps)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    return GaussianDiffusion(eps_model, alpha_bar).p_sample_loop(x_T, generator).clone()


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    diffusion = GaussianDiffusion(eps_model, alpha_bar)
    return diffusion.ddim_sample(x_T, (tau - 1).tolist(), eta, generator).clone()


def ddim_timesteps(T, S):
    times = torch.linspace(-1, T - 1, steps=S + 1, dtype=torch.float64)  # [-1, ..., T - 1] with S + 1 values
    return times[1:].round().long() + 1
