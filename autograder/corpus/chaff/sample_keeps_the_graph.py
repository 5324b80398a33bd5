"""The no_grad is missing: the result drags the graph of all the steps along.

Loses: 2.11.7
Cause: none
"""

from diffusion.tensors import noise_like, time_like


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):
    x_t, steps = x_T, [0, *tau.tolist()]
    for t, t_prev in zip(steps[:0:-1], steps[-2::-1]):
        eps = eps_model(x_t, time_like(x_t, t))
        x_t = ddim_step(x_t, eps, alpha_bar[t], alpha_bar[t_prev], eta, noise_like(x_t, generator))
    return x_t
