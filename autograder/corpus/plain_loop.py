"""The DDIM loop as most students write it, of their own steps.

Chaff is laid over it: the solution's loop works with the coefficients of all steps and would not use a wrong ddim_step.
"""

import torch


@torch.no_grad()
def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    check_tau(tau, alpha_bar)
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t, generator))
    return x_t
