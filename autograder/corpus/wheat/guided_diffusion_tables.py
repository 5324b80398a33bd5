"""guided-diffusion's class: float64 NumPy tables from betas, 0-based, _extract_into_tensor, a respaced process."""

import numpy as np
import torch


def _extract_into_tensor(arr, timesteps, broadcast_shape):
    res = torch.from_numpy(arr).to(device=timesteps.device)[timesteps]
    while len(res.shape) < len(broadcast_shape):
        res = res[..., None]
    return res.expand(broadcast_shape)


class GaussianDiffusion:
    def __init__(self, *, betas, timestep_map):
        self.betas = betas = np.array(betas, dtype=np.float64)
        assert len(betas.shape) == 1, "betas must be 1-D"
        assert (betas > 0).all() and (betas <= 1).all()
        self.timestep_map, self.num_timesteps = timestep_map, int(betas.shape[0])
        alphas = 1.0 - betas
        self.alphas_cumprod = np.cumprod(alphas, axis=0)
        self.alphas_cumprod_prev = np.append(1.0, self.alphas_cumprod[:-1])
        self.sqrt_recip_alphas_cumprod = np.sqrt(1.0 / self.alphas_cumprod)
        self.sqrt_recipm1_alphas_cumprod = np.sqrt(1.0 / self.alphas_cumprod - 1)
        self.posterior_variance = betas * (1.0 - self.alphas_cumprod_prev) / (1.0 - self.alphas_cumprod)
        first = self.posterior_variance[1:2] if len(betas) > 1 else self.betas
        # log calculation clipped because the posterior variance is 0 at the beginning of the diffusion chain
        self.posterior_log_variance_clipped = np.log(np.append(first, self.posterior_variance[1:]))
        self.posterior_mean_coef1 = betas * np.sqrt(self.alphas_cumprod_prev) / (1.0 - self.alphas_cumprod)
        self.posterior_mean_coef2 = (1.0 - self.alphas_cumprod_prev) * np.sqrt(alphas) / (1.0 - self.alphas_cumprod)

    def _predict_xstart_from_eps(self, x_t, t, eps):
        recip = _extract_into_tensor(self.sqrt_recip_alphas_cumprod, t, x_t.shape)
        return recip * x_t - _extract_into_tensor(self.sqrt_recipm1_alphas_cumprod, t, x_t.shape) * eps

    def _predict_eps_from_xstart(self, x_t, t, pred_xstart):
        recip = _extract_into_tensor(self.sqrt_recip_alphas_cumprod, t, x_t.shape)
        return (recip * x_t - pred_xstart) / _extract_into_tensor(self.sqrt_recipm1_alphas_cumprod, t, x_t.shape)

    def _model(self, model, x, t):
        return model(x, torch.tensor(self.timestep_map, device=x.device)[t])

    def p_sample(self, model, x, t, noise):
        pred_xstart = self._predict_xstart_from_eps(x, t, self._model(model, x, t))
        mean = _extract_into_tensor(self.posterior_mean_coef1, t, x.shape) * pred_xstart
        mean = mean + _extract_into_tensor(self.posterior_mean_coef2, t, x.shape) * x
        nonzero_mask = (t != 0).float().view(-1, *([1] * (len(x.shape) - 1)))  # no noise when t == 0
        log_variance = _extract_into_tensor(self.posterior_log_variance_clipped, t, x.shape)
        return (mean + nonzero_mask * torch.exp(0.5 * log_variance) * noise).to(x.dtype)

    def ddim_sample(self, model, x, t, noise, eta):
        pred_xstart = self._predict_xstart_from_eps(x, t, self._model(model, x, t))
        eps = self._predict_eps_from_xstart(x, t, pred_xstart)
        alpha_bar = _extract_into_tensor(self.alphas_cumprod, t, x.shape)
        alpha_bar_prev = _extract_into_tensor(self.alphas_cumprod_prev, t, x.shape)
        sigma = eta * torch.sqrt((1 - alpha_bar_prev) / (1 - alpha_bar)) * torch.sqrt(1 - alpha_bar / alpha_bar_prev)
        mean_pred = pred_xstart * torch.sqrt(alpha_bar_prev)
        mean_pred = mean_pred + torch.sqrt((1 - alpha_bar_prev - sigma**2).clamp(min=0)) * eps
        nonzero_mask = (t != 0).float().view(-1, *([1] * (len(x.shape) - 1)))
        return (mean_pred + nonzero_mask * sigma * noise).to(x.dtype)

    def loop(self, one_step, model, img, generator, **kwargs):
        for i in list(range(self.num_timesteps))[::-1]:
            t = torch.tensor([i] * img.shape[0], device=img.device)
            noise = torch.randn(*img.shape, generator=generator, device=img.device, dtype=img.dtype)
            with torch.no_grad():
                img = one_step(model, img, t, noise, **kwargs)
        return img


def _spaced(alpha_bar, use_timesteps):
    last_alpha_cumprod, new_betas, timestep_map = 1.0, [], []
    for i, alpha_cumprod in enumerate(alpha_bar.cpu().numpy()):
        if i in use_timesteps:
            new_betas.append(1 - alpha_cumprod / last_alpha_cumprod)
            last_alpha_cumprod = alpha_cumprod
            timestep_map.append(i)
    return GaussianDiffusion(betas=new_betas, timestep_map=timestep_map)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    diffusion = _spaced(alpha_bar, set(range(1, len(alpha_bar))))
    return diffusion.loop(diffusion.p_sample, eps_model, x_T, generator)


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    diffusion = _spaced(alpha_bar, set(tau.tolist()))
    return diffusion.loop(diffusion.ddim_sample, eps_model, x_T, generator, eta=eta)
