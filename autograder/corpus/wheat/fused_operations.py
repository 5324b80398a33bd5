"""The formulas as fused tensor operations in float64: einsum, lerp, addcmul, addcdiv, dist."""

import torch

from diffusion.tensors import noise_like


def _mix(*pairs):
    """Σ c_k x_k with c_k () or (B,), x_k (B, *D), by one einsum."""
    states = torch.stack([x.double() for _, x in pairs])
    weights = torch.stack([torch.as_tensor(c).double().to(x.device).expand(len(x)) for c, x in pairs])
    return torch.einsum("kb,kb...->b...", weights, states).to(pairs[0][1].dtype)


def q_sample(x_0, alpha_bar_t, eps):
    return _mix((alpha_bar_t.sqrt(), x_0), ((1 - alpha_bar_t).sqrt(), eps))


def predict_x_0(x_t, alpha_bar_t, eps):
    return _mix((alpha_bar_t.rsqrt(), x_t), (-((1 - alpha_bar_t) / alpha_bar_t).sqrt(), eps))


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    error = eps_model(q_sample(x_0, alpha_bar[t], eps), t) - eps
    return torch.einsum("i,i->", error.flatten(), error.flatten()) / error.numel()


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    # a point on the line from √ᾱ_prev x_0, the centre of q(x_prev | x_0), to x_t / √α_t
    alpha_t = alpha_bar_t / alpha_bar_prev
    weight = alpha_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    shape = weight.shape + (1,) * (x_t.ndim - weight.ndim) if weight.ndim else weight.shape
    start = alpha_bar_prev.sqrt().reshape(shape) * x_0.double()
    end = x_t.double() / alpha_t.sqrt().reshape(shape)
    mean = torch.lerp(start, end, weight.reshape(shape))
    return mean.to(x_t.dtype), torch.addcmul(weight * 0, 1 - alpha_t, (1 - alpha_bar_prev) / (1 - alpha_bar_t))


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1 - alpha_t
    return _mix(
        (alpha_t.rsqrt(), x_t),
        (-beta_t * (alpha_t * (1 - alpha_bar_t)).rsqrt(), eps),
        ((beta_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)).sqrt(), z),
    )


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    ratio = torch.div(1 - alpha_bar_prev, 1 - alpha_bar_t)
    return torch.sqrt(torch.addcdiv(ratio, ratio * alpha_bar_t, alpha_bar_prev, value=-1)) * eta


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    omega_t = torch.relu(torch.addcmul(1 - alpha_bar_prev, sigma_t, sigma_t, value=-1)).div(1 - alpha_bar_t).sqrt()
    return torch.addcmul(alpha_bar_prev.sqrt(), alpha_bar_t.sqrt(), omega_t, value=-1), omega_t, 0.0


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z):
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    a = omega_t + omega_0 / alpha_bar_t.sqrt()
    c = -omega_0 * ((1 - alpha_bar_t) / alpha_bar_t).sqrt()
    return _mix((a, x_t), (c, eps), (sigma_t, z))


def ddim_timesteps(T, S):
    return torch.div(torch.arange(T, S * T + 1, T) + S // 2, S, rounding_mode="floor")


def score_from_eps(eps, alpha_bar_t):
    return _mix((-(1 - alpha_bar_t).rsqrt(), eps))


def tweedie_mean(x, score, variance):
    return _mix((1, x), (variance, score))


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    a = alpha_bar[t]
    x_t = _mix((a.sqrt(), x_0), ((1 - a).sqrt(), eps))
    target = _mix((-(1 - a).rsqrt(), eps))
    return torch.dist(score_model(x_t, t), target) ** 2 / eps.numel()


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        drifted = torch.add(x, score_fn(x), alpha=step_size)
        x = torch.add(drifted, noise_like(x, generator), alpha=(2 * step_size) ** 0.5)
    return x


def reverse_sde_step(x, score, beta, dt, z):
    return _mix((1 + 0.5 * beta * dt, x), (beta * dt, score), ((beta * dt).sqrt(), z))
