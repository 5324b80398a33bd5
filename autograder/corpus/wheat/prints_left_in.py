"""Debugging prints left in, comments in Chinese, commented-out attempts, and an `if __name__` at the end."""

import torch

from diffusion.tensors import noise_like, per_item, time_like

DEBUG = True


def _log(*things):
    if DEBUG:
        print("[debug]", *things, flush=True)


def q_sample(x_0, alpha_bar_t, eps):
    # 前向過程：x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε
    a = per_item(alpha_bar_t, x_0)
    _log("q_sample", tuple(x_0.shape), tuple(alpha_bar_t.shape))
    return (torch.sqrt(a) * x_0 + torch.sqrt(1 - a) * eps).to(x_0.dtype)


def ddpm_posterior(x_0, x_t, alpha_bar_t, alpha_bar_prev):
    # 注意：投影片的公式分母多了根號、符號也錯了，這裡照論文 Eq. 7
    # mean = √α_t (1 − ᾱ_prev) / √(1 − ᾱ_t) x_t − √ᾱ_prev β_t / √(1 − ᾱ_t) x_0   ← 錯的！
    α_t = alpha_bar_t / alpha_bar_prev
    β_t = 1 - α_t
    係數_0 = torch.sqrt(alpha_bar_prev) * β_t / (1 - alpha_bar_t)
    係數_t = torch.sqrt(α_t) * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    mean = per_item(係數_0, x_0) * x_0 + per_item(係數_t, x_t) * x_t
    return mean.to(x_t.dtype), β_t * (1 - alpha_bar_prev) / (1 - alpha_bar_t)


@torch.no_grad()
def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    x = x_T
    T = len(alpha_bar) - 1
    for t in range(T, 0, -1):  # 從 T 走到 1
        if t % 100 == 0:
            _log(f"t = {t}/{T}, std = {x.std():.3f}")
        eps = eps_model(x, time_like(x, t))
        z = noise_like(x, generator) if t > 1 else torch.zeros_like(x)  # 最後一步不加雜訊
        x = ddpm_step(x, eps, alpha_bar[t], alpha_bar[t - 1], z)
    return x


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    # β_t 要放在根號「裡面」，而且是這一對 (t, prev) 的 β，不是原本表格裡的
    return eta * torch.sqrt((1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev))


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    方向 = torch.sqrt(torch.clamp(1 - alpha_bar_prev - sigma_t**2, min=0.0))
    ω_t = 方向 / torch.sqrt(1 - alpha_bar_t)
    ω_0 = torch.sqrt(alpha_bar_prev) - torch.sqrt(alpha_bar_t) * ω_t
    return ω_0, ω_t, 0


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    print("DDIM sampling:", len(tau), "steps, eta =", eta)
    x = x_T
    for i in reversed(range(len(tau))):
        t = tau[i].item()
        t_prev = tau[i - 1].item() if i > 0 else 0
        eps = eps_model(x, time_like(x, t))
        # x = x - eps  # 第一次試的，當然不對
        x = ddim_step(x, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x, generator))
    print("done")
    return x


if __name__ == "__main__":
    print(ddim_sigma(torch.tensor(0.5), torch.tensor(0.6), 1.0))
