"""A DDPM, and the DDIM that it becomes.

The lecture's notation, 1-based: t runs T ... 1 and t = 0 is clean data. `alpha_bar` is a float64 tensor
of length T + 1 with alpha_bar[0] = 1, so the last step, t -> 0, needs no special case. A state has shape
(B, *D), float32 or float64. A coefficient (alpha_bar_t, alpha_bar_prev, sigma_t) is float64 and has
shape () or (B,). No function changes its inputs; a state comes out in the dtype and on the device that it had.

Papers: DDPM = Ho et al. 2020, arXiv 2006.11239. DDIM = Song et al. 2021, arXiv 2010.02502. The lecture's
ᾱ_t is the DDIM paper's α_t.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffusion.tensors import check_S, check_tau, never_negative, noise_like, per_item, same_shape, time_like

EpsModel = Callable[[Tensor, Tensor], Tensor]  # eps_model(x_t, t) -> eps; t has shape (B,), int64, in 1..T


# Assignment 1: DDPM


def q_sample(x_0: Tensor, alpha_bar_t: Tensor, eps: Tensor) -> Tensor:
    """Jump forward from clean data to step t: x_t ~ q(x_t | x_0) (DDPM, Eq. 4).

    x_0, eps: (B, *D); alpha_bar_t: () or (B,), 1 allowed. Returns x_t, (B, *D).
    """
    same_shape(x_0=x_0, eps=eps)
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    # --- stub 1.1
    # TODO 1.1  The forward jump (lecture: (Stein) Score Function; DDPM paper, Eq. 4)
    #   given  x_0, eps, alpha_bar_t (ready to multiply x_0)
    #   want   x_t with mean √ᾱ_t x_0 and variance 1 − ᾱ_t when eps is standard normal
    #   check  make test T=1.1
    # raise NotImplementedError("TODO 1.1: q_sample")
    # --- answer 1.1
    # 1.0 here and below, as the tensors are float64: torch would have to convert the integer 1 each time
    x_t = alpha_bar_t.sqrt() * x_0 + (1.0 - alpha_bar_t).sqrt() * eps
    # --- end 1.1
    return x_t.to(x_0.dtype)


def predict_x_0(x_t: Tensor, alpha_bar_t: Tensor, eps: Tensor) -> Tensor:
    """Solve the forward jump for the clean data, the lecture's x_{0|t} (DDPM, Eq. 15; DDIM, Eq. 9).

    x_t, eps: (B, *D); alpha_bar_t: () or (B,), 1 allowed. Returns x_0_pred, (B, *D).
    """
    same_shape(x_t=x_t, eps=eps)
    alpha_bar_t = per_item(alpha_bar_t, x_t)
    # --- stub 1.2
    # TODO 1.2  The predicted clean data (lecture: DDPM Reverse Process, step 1; DDIM paper, Eq. 9)
    #   given  x_t, eps, alpha_bar_t (ready to multiply x_t)
    #   want   x_0_pred such that q_sample(x_0_pred, alpha_bar_t, eps) gives x_t back
    #   check  make test T=1.2
    # raise NotImplementedError("TODO 1.2: predict_x_0")
    # --- answer 1.2
    x_0_pred = (x_t - (1.0 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    # --- end 1.2
    return x_0_pred.to(x_t.dtype)


def noise_prediction_loss(eps_model: EpsModel, x_0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """The simple loss: mean squared error of the predicted noise (DDPM, Eq. 14).

    x_0, eps: (B, *D); t: (B,) int64 in 1..T; alpha_bar: (T + 1,). Returns a scalar that carries a graph.
    """
    same_shape(x_0=x_0, eps=eps)
    # --- stub 1.3
    # TODO 1.3  The simple loss (lecture: Loss Function; DDPM paper, Algorithm 1)
    #   given  the model, clean data x_0, a step t for each item, the noise eps to use, the table alpha_bar
    #   want   loss, the mean over all elements of (eps_model(x_t, t) − eps)², x_t the forward jump to t
    #   check  make test T=1.3
    # raise NotImplementedError("TODO 1.3: noise_prediction_loss")
    # --- answer 1.3
    x_t = q_sample(x_0, alpha_bar[t], eps)
    loss = (eps_model(x_t, t) - eps).square().mean()
    # --- end 1.3
    return loss


def ddpm_posterior(x_0: Tensor, x_t: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of q(x_{t-1} | x_t, x_0) (DDPM, Eq. 6 and 7).

    x_0, x_t: (B, *D); alpha_bar_t < alpha_bar_prev: () or (B,). β_t is 1 − ᾱ_t/ᾱ_prev of this very pair.
    Returns the mean, (B, *D), and the variance β̃_t, float64, of the coefficients' shape.
    """
    same_shape(x_0=x_0, x_t=x_t)
    same_shape(alpha_bar_t=alpha_bar_t, alpha_bar_prev=alpha_bar_prev)
    # --- stub 1.4
    # TODO 1.4  The DDPM posterior (lecture: DDPM Reverse Process, misprinted there; DDPM paper, Eq. 6-7)
    #   given  x_0, x_t, alpha_bar_t, alpha_bar_prev; per_item(c, x_t) makes a coefficient ready to multiply x_t
    #   want   mean = (√α_t (1 − ᾱ_prev) x_t + √ᾱ_prev β_t x_0) / (1 − ᾱ_t), and variance = β̃_t
    #   check  make test T=1.4
    # raise NotImplementedError("TODO 1.4: ddpm_posterior")
    # --- answer 1.4
    alpha_t = alpha_bar_t / alpha_bar_prev
    beta_t = 1.0 - alpha_t
    weight_0 = alpha_bar_prev.sqrt() * beta_t / (1.0 - alpha_bar_t)
    weight_t = alpha_t.sqrt() * (1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t)
    mean = per_item(weight_0, x_0) * x_0 + per_item(weight_t, x_t) * x_t
    variance = (1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t) * beta_t
    # --- end 1.4
    return mean.to(x_t.dtype), variance


def ddpm_step(x_t: Tensor, eps: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor, z: Tensor) -> Tensor:
    """One reverse step of the DDPM with variance β̃_t, "fixed small" (DDPM, Algorithm 2).

    x_t, eps, z: (B, *D), eps the predicted noise and z fresh noise; alpha_bar_t < alpha_bar_prev: () or (B,).
    Returns x_prev, (B, *D).
    """
    same_shape(x_t=x_t, eps=eps, z=z)
    # --- stub 1.5
    # TODO 1.5  One DDPM step (lecture: DDPM Reverse Process, steps 1-4; DDPM paper, Algorithm 2)
    #   given  x_t, the predicted noise eps, alpha_bar_t, alpha_bar_prev, fresh noise z
    #   want   x_prev, a draw from the posterior of 1.4 with x_0_pred in the place of x_0
    #   check  make test T=1.5
    # raise NotImplementedError("TODO 1.5: ddpm_step")
    # --- answer 1.5
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    mean, variance = ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_prev)
    x_prev = mean + per_item(variance.sqrt(), z) * z
    # --- end 1.5
    return x_prev.to(x_t.dtype)


@torch.no_grad()
def ddpm_sample(eps_model: EpsModel, x_T: Tensor, alpha_bar: Tensor, generator: Generator | None = None) -> Tensor:
    """Run the whole DDPM chain, t = T ... 1 (DDPM, Algorithm 2): T calls of the model.

    x_T: (B, *D); alpha_bar: (T + 1,). Returns x_0, (B, *D), without a graph.
    """
    # --- stub 1.6
    # TODO 1.6  The DDPM sampler (lecture: DDPM Reverse Process; DDPM paper, Algorithm 2)
    #   given  the model, pure noise x_T, the table alpha_bar; noise_like(x, generator) draws z,
    #          time_like(x, t) makes the step t into the model's second argument
    #   want   x_0 after the steps T -> T−1 -> ... -> 1 -> 0
    #   check  make test T=1.6
    # raise NotImplementedError("TODO 1.6: ddpm_sample")
    # --- answer 1.6
    x_t = x_T
    for t in range(len(alpha_bar) - 1, 0, -1):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddpm_step(x_t, eps, alpha_bar[t], alpha_bar[t - 1], noise_like(x_t, generator))
    x_0 = x_t
    # --- end 1.6
    return x_0


# Assignment 2: DDIM


def ddim_sigma(alpha_bar_t: Tensor, alpha_bar_prev: Tensor, eta: float) -> Tensor:
    """σ_t = η √β̃_t of the pair (t, prev), for any η ≥ 0 (DDIM, Eq. 16).

    alpha_bar_t < alpha_bar_prev: () or (B,). Returns sigma_t, a standard deviation, same shape, float64.
    """
    same_shape(alpha_bar_t=alpha_bar_t, alpha_bar_prev=alpha_bar_prev)
    # --- stub 2.7
    # TODO 2.7  The noise level of a step (lecture: Controlling Stochasticity, misprinted there; DDIM paper, Eq. 16)
    #   given  alpha_bar_t, alpha_bar_prev, float64, same shape; the number eta
    #   want   sigma_t: 0 at η = 0, and at η = 1 the standard deviation of the DDPM posterior on this pair
    #   check  make test T=2.7
    # raise NotImplementedError("TODO 2.7: ddim_sigma")
    # --- answer 2.7
    beta_t = 1.0 - alpha_bar_t / alpha_bar_prev
    sigma_t = eta * ((1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t) * beta_t).sqrt()
    # --- end 2.7
    return sigma_t


def ddim_coefficients(
    alpha_bar_t: Tensor, alpha_bar_prev: Tensor, sigma_t: Tensor
) -> tuple[Tensor, Tensor, Tensor | float]:
    """ω₀, ω_t, b of the mean ω₀ x_0 + ω_t x_t + b of q_σ(x_prev | x_t, x_0) (DDIM, Eq. 7).

    alpha_bar_t < alpha_bar_prev and 0 ≤ sigma_t ≤ √(1 − ᾱ_prev): () or (B,); a larger sigma_t is a ValueError.
    Returns omega_0, omega_t, float64, of that shape, and b, the number or the 0-d tensor 0.
    """
    same_shape(alpha_bar_t=alpha_bar_t, alpha_bar_prev=alpha_bar_prev, sigma_t=sigma_t)
    radicand = 1.0 - alpha_bar_prev - sigma_t.square()
    radicand = never_negative(radicand)  # or a ValueError, where sigma_t is above its maximum
    # --- stub 2.8
    # TODO 2.8  DDIM coefficients (lecture: Key Idea; DDIM paper, Eq. 7)
    #   given  alpha_bar_t, alpha_bar_prev, sigma_t, float64, same shape; radicand = 1 − ᾱ_prev − σ_t², never negative
    #   want   omega_0, omega_t, b such that q(x_prev | x_0) stays N(√ᾱ_prev x_0, (1 − ᾱ_prev) I)
    #   check  make test T=2.8
    # raise NotImplementedError("TODO 2.8: ddim_coefficients")
    # --- answer 2.8
    omega_t = (radicand / (1.0 - alpha_bar_t)).sqrt()
    omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t
    b = 0.0
    # --- end 2.8
    return omega_0, omega_t, b


def ddim_step(x_t: Tensor, eps: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor, eta: float, z: Tensor) -> Tensor:
    """One reverse step of the DDIM (DDIM, Eq. 12).

    x_t, eps, z: (B, *D), eps the predicted noise and z fresh noise; alpha_bar_t < alpha_bar_prev: () or (B,).
    Returns x_prev, (B, *D).
    """
    same_shape(x_t=x_t, eps=eps, z=z)
    # --- stub 2.9
    # TODO 2.9  One DDIM step: ddpm_step with one line changed (lecture: DDIM Reverse Process, steps 1-4)
    #   given  x_t, the predicted noise eps, alpha_bar_t, alpha_bar_prev, the number eta, fresh noise z
    #   want   x_prev, a draw from q_σ(x_prev | x_t, x_0) with x_0_pred in the place of x_0
    #   check  make test T=2.9
    # raise NotImplementedError("TODO 2.9: ddim_step")
    # --- answer 2.9
    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)
    sigma_t = ddim_sigma(alpha_bar_t, alpha_bar_prev, eta)
    omega_0, omega_t, _ = ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t)
    x_prev = per_item(omega_0, x_t) * x_0_pred + per_item(omega_t, x_t) * x_t + per_item(sigma_t, z) * z
    # --- end 2.9
    return x_prev.to(x_t.dtype)


def ddim_timesteps(T: int, S: int) -> Tensor:
    """S of the steps 1..T, evenly spaced: tau, (S,) int64, strictly ascending, tau[-1] = T (DDIM, Sec. 4.2).

    Raises a ValueError unless 1 ≤ S ≤ T.
    """
    check_S(S, T)
    # --- stub 2.10
    # TODO 2.10  The sub-sequence (lecture: Accelerating Sampling Process; DDIM paper, Sec. 4.2)
    #   given  T and S; S need not divide T
    #   want   tau, exactly S steps, ascending, the last one T, each within 1 of i T/S
    #          (or, if you prefer to start at 1, of 1 + (i − 1)(T − 1)/(S − 1)), i = 1..S
    #   check  make test T=2.10
    # raise NotImplementedError("TODO 2.10: ddim_timesteps")
    # --- answer 2.10
    tau = torch.arange(1, S + 1) * T // S
    # --- end 2.10
    return tau


@torch.no_grad()
def ddim_sample(
    eps_model: EpsModel,
    x_T: Tensor,
    alpha_bar: Tensor,
    tau: Tensor,
    eta: float = 0.0,
    generator: Generator | None = None,
) -> Tensor:
    """Sample along tau, τ_S -> ... -> τ_1 -> 0 (DDIM, Sec. 4.2): exactly len(tau) calls of the model.

    x_T: (B, *D), the state at τ_S; alpha_bar: (T + 1,); tau: ascending int64 steps of 1..T, else a ValueError.
    Returns x_0, (B, *D), without a graph; at eta = 0 it depends on x_T alone.
    """
    check_tau(tau, alpha_bar)
    # --- stub 2.11
    # TODO 2.11  The DDIM sampler (lecture: Accelerating Sampling Process; DDIM paper, Sec. 4.2)
    #   given  the model, x_T, alpha_bar, tau, eta; noise_like(x, generator) draws z,
    #          time_like(x, t) makes the step t into the model's second argument
    #   want   x_0 after the steps τ_S -> τ_{S−1} -> ... -> τ_1 -> 0
    #   check  make test T=2.11
    # raise NotImplementedError("TODO 2.11: ddim_sample")
    # --- answer 2.11
    x_t, steps = x_T, [*reversed(tau.tolist()), 0]
    # at η = 0 no noise is drawn: z stays what it is here
    z = torch.zeros_like(x_T)
    for t, t_prev in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t))
        if eta > 0:
            z = noise_like(x_t, generator)
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, z)
    x_0 = x_t
    # --- end 2.11
    return x_0


@torch.no_grad()
def ddim_invert(eps_model: EpsModel, x_0: Tensor, alpha_bar: Tensor, tau: Tensor) -> Tensor:
    """Bonus: the DDIM at eta = 0 run backwards, 0 -> τ_1 -> ... -> τ_S (DDIM, Sec. 4.3 and 5.4).

    x_0: (B, *D); alpha_bar: (T + 1,); tau: ascending int64 steps of 1..T, else a ValueError.
    Returns the state at τ_S, (B, *D), without a graph. The model is asked at the step it goes to.
    """
    check_tau(tau, alpha_bar)
    # --- stub 2.12
    # TODO 2.12  Bonus: DDIM inversion (DDIM paper, Sec. 4.3)
    #   given  the model, clean data x_0, alpha_bar, tau
    #   want   x_T: in each step t_prev -> t ask the model at t from the present state and keep its ε
    #          (2.9's formula would divide by 1 − ᾱ = 0 at the clean end)
    #   check  make test T=2.12
    # raise NotImplementedError("TODO 2.12: ddim_invert")
    # --- answer 2.12
    x_t, steps = x_0, [0, *tau.tolist()]
    for t_prev, t in zip(steps, steps[1:]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = q_sample(predict_x_0(x_t, alpha_bar[t_prev], eps), alpha_bar[t], eps)
    x_T = x_t
    # --- end 2.12
    return x_T
