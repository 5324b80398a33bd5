"""diffusers' style: a scheduler with set_timesteps, add_noise and step(), outputs in a dataclass, long comments."""

from dataclasses import dataclass
from typing import Optional, Tuple, Union

import numpy as np
import torch


@dataclass
class DDIMSchedulerOutput:
    prev_sample: torch.Tensor
    pred_original_sample: Optional[torch.Tensor] = None


class DDIMScheduler:
    def __init__(self, alphas_cumprod: torch.Tensor, timestep_spacing: str = "trailing"):
        self.alphas_cumprod = alphas_cumprod
        # At every step in ddim, we are looking into the previous alphas_cumprod. For the final step, there is
        # no previous alphas_cumprod because we are already at 0.
        self.final_alpha_cumprod = torch.ones((), dtype=alphas_cumprod.dtype, device=alphas_cumprod.device)
        self.timestep_spacing = timestep_spacing
        self.timesteps: Optional[torch.Tensor] = None

    def set_timesteps(self, num_inference_steps: int, num_train_timesteps: int) -> None:
        if self.timestep_spacing == "trailing":
            step_ratio = num_train_timesteps / num_inference_steps
            # creates integer timesteps by multiplying by ratio
            timesteps = np.round(np.arange(num_inference_steps, 0, -1) * step_ratio).astype(np.int64)
        else:
            raise ValueError(f"{self.timestep_spacing} is not supported. Choose 'trailing'.")
        self.timesteps = torch.from_numpy(timesteps)

    def add_noise(self, original_samples, noise, timesteps):
        sqrt_alpha_prod = self.alphas_cumprod[timesteps] ** 0.5
        sqrt_alpha_prod = sqrt_alpha_prod.flatten()
        while len(sqrt_alpha_prod.shape) < len(original_samples.shape):
            sqrt_alpha_prod = sqrt_alpha_prod.unsqueeze(-1)
        sqrt_one_minus_alpha_prod = (1 - self.alphas_cumprod[timesteps]) ** 0.5
        sqrt_one_minus_alpha_prod = sqrt_one_minus_alpha_prod.flatten()
        while len(sqrt_one_minus_alpha_prod.shape) < len(original_samples.shape):
            sqrt_one_minus_alpha_prod = sqrt_one_minus_alpha_prod.unsqueeze(-1)
        noisy_samples = sqrt_alpha_prod * original_samples + sqrt_one_minus_alpha_prod * noise
        return noisy_samples.to(dtype=original_samples.dtype)

    def _get_variance(self, timestep: int, prev_timestep: int) -> torch.Tensor:
        alpha_prod_t = self.alphas_cumprod[timestep]
        alpha_prod_t_prev = self.alphas_cumprod[prev_timestep] if prev_timestep > 0 else self.final_alpha_cumprod
        beta_prod_t = 1 - alpha_prod_t
        beta_prod_t_prev = 1 - alpha_prod_t_prev
        return (beta_prod_t_prev / beta_prod_t) * (1 - alpha_prod_t / alpha_prod_t_prev)

    def step(
        self,
        model_output: torch.Tensor,
        timestep: int,
        prev_timestep: int,
        sample: torch.Tensor,
        eta: float = 0.0,
        generator: Optional[torch.Generator] = None,
        return_dict: bool = True,
    ) -> Union[DDIMSchedulerOutput, Tuple]:
        # 1. compute alphas, betas
        alpha_prod_t = self.alphas_cumprod[timestep]
        alpha_prod_t_prev = self.alphas_cumprod[prev_timestep] if prev_timestep > 0 else self.final_alpha_cumprod
        beta_prod_t = 1 - alpha_prod_t
        # 2. compute predicted original sample from predicted noise, "predicted x_0" of formula (12)
        pred_original_sample = (sample - beta_prod_t ** (0.5) * model_output) / alpha_prod_t ** (0.5)
        # 3. compute variance: "sigma_t(η)" -> see formula (16)
        std_dev_t = eta * self._get_variance(timestep, prev_timestep) ** (0.5)
        # 4. compute "direction pointing to x_t" of formula (12)
        pred_sample_direction = (1 - alpha_prod_t_prev - std_dev_t**2) ** (0.5) * model_output
        # 5. compute x_t without "random noise" of formula (12)
        prev_sample = alpha_prod_t_prev ** (0.5) * pred_original_sample + pred_sample_direction
        if eta > 0:
            variance_noise = torch.randn(
                model_output.shape, generator=generator, device=model_output.device, dtype=model_output.dtype
            )
            prev_sample = prev_sample + std_dev_t * variance_noise
        if not return_dict:
            return (prev_sample, pred_original_sample)
        return DDIMSchedulerOutput(prev_sample=prev_sample, pred_original_sample=pred_original_sample)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    noisy_images = DDIMScheduler(alpha_bar).add_noise(x_0, eps, t)
    noise_pred = eps_model(noisy_images, t)
    return torch.nn.functional.mse_loss(noise_pred.float() if False else noise_pred, eps, reduction="mean")


def ddim_timesteps(T, S):
    scheduler = DDIMScheduler(torch.ones(T + 1))
    scheduler.set_timesteps(S, num_train_timesteps=T)
    return scheduler.timesteps.flip(0)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    scheduler, image = DDIMScheduler(alpha_bar), x_T
    for t in range(alpha_bar.shape[0] - 1, 0, -1):
        noise_pred = eps_model(image, torch.full((image.shape[0],), t, device=image.device))
        image = scheduler.step(noise_pred, t, t - 1, image, eta=1.0, generator=generator).prev_sample
    return image


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    scheduler = DDIMScheduler(alpha_bar)
    scheduler.timesteps = tau.flip(0)
    image = x_T
    for i, t in enumerate(scheduler.timesteps):
        prev_t = scheduler.timesteps[i + 1] if i + 1 < len(scheduler.timesteps) else -1
        noise_pred = eps_model(image, t.to(image.device).expand(image.shape[0]))
        image = scheduler.step(noise_pred, t, prev_t, image, eta, generator, return_dict=False)[0]
    return image
