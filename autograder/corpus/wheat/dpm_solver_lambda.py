"""DPM-Solver's view: λ = log √ᾱ − log √(1 − ᾱ), first order; its SDE version is the DDIM between η = 0 and 1."""

import torch

from diffusion.tensors import noise_like, time_like


class NoiseScheduleVP:
    def __init__(self, alphas_cumprod):
        self.log_alpha_array = 0.5 * torch.log(alphas_cumprod)

    def marginal_log_mean_coeff(self, t):
        return self.log_alpha_array[t]

    def marginal_alpha(self, t):
        return torch.exp(self.marginal_log_mean_coeff(t))

    def marginal_std(self, t):
        return torch.sqrt(-torch.expm1(2.0 * self.marginal_log_mean_coeff(t)))

    def marginal_lambda(self, t):
        """Half the log-SNR; ∞ at t = 0."""
        log_std = 0.5 * torch.log(-torch.expm1(2.0 * self.marginal_log_mean_coeff(t)))
        return self.marginal_log_mean_coeff(t) - log_std


def expand_dims(v, dims):
    return v[(...,) + (None,) * (dims - 1)] if v.dim() else v


class DPM_Solver:
    def __init__(self, model_fn, noise_schedule, dtype):
        self.model_fn, self.noise_schedule, self.dtype = model_fn, noise_schedule, dtype

    def data_prediction_fn(self, x, t):
        noise = self.model_fn(x.to(self.dtype), time_like(x, t))
        ns = self.noise_schedule
        return (x - ns.marginal_std(t) * noise) / ns.marginal_alpha(t)

    def dpm_solver_first_update(self, x, s, t, model_s):
        """x at t < s, by the exponential integrator with x_0 held still (DPM-Solver++, order 1)."""
        ns = self.noise_schedule
        h = ns.marginal_lambda(t) - ns.marginal_lambda(s)
        phi_1 = torch.expm1(-h)
        return ns.marginal_std(t) / ns.marginal_std(s) * x - ns.marginal_alpha(t) * phi_1 * model_s

    def sde_first_update(self, x, s, t, model_s, eta, noise):
        ns = self.noise_schedule
        h = ns.marginal_lambda(t) - ns.marginal_lambda(s)
        sigma = eta * ns.marginal_std(t) * torch.sqrt(-torch.expm1(-2 * h))
        radicand = -torch.expm1(2.0 * ns.marginal_log_mean_coeff(t)) - sigma**2
        ratio = radicand.clamp(min=0).sqrt() / ns.marginal_std(s)
        return ratio * x + (ns.marginal_alpha(t) - ratio * ns.marginal_alpha(s)) * model_s + sigma * noise

    @torch.no_grad()
    def sample(self, x, timesteps, eta, generator):
        x = x.double()
        for s, t in zip(timesteps, timesteps[1:]):
            model_s = self.data_prediction_fn(x, s)
            if eta == 0:
                x = self.dpm_solver_first_update(x, s, t, model_s)
            else:
                x = self.sde_first_update(x, s, t, model_s, eta, noise_like(x, generator))
        return x.to(self.dtype)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    solver = DPM_Solver(eps_model, NoiseScheduleVP(alpha_bar), x_T.dtype)
    return solver.sample(x_T, list(range(len(alpha_bar) - 1, -1, -1)), 1.0, generator)


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    ns = NoiseScheduleVP(torch.stack([alpha_bar_t, alpha_bar_prev]))
    h = ns.marginal_lambda(1) - ns.marginal_lambda(0)
    return eta * ns.marginal_std(1) * torch.sqrt(-torch.expm1(-2 * h))


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    ns = NoiseScheduleVP(
        torch.stack([alpha_bar_t, alpha_bar_prev]).reshape(2, *alpha_bar_t.shape, *(1,) * (x_t.dim() - 1))
    )
    solver = DPM_Solver(None, ns, x_t.dtype)
    x_0_pred = (x_t - ns.marginal_std(0) * eps) / ns.marginal_alpha(0)
    return solver.sde_first_update(x_t, 0, 1, x_0_pred, eta, z).to(x_t.dtype).reshape(x_t.shape)


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    solver = DPM_Solver(eps_model, NoiseScheduleVP(alpha_bar), x_T.dtype)
    return solver.sample(x_T, tau.tolist()[::-1] + [0], eta, generator)
