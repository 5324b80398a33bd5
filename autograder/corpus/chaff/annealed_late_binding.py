"""The score functions are made in advance, and by late binding each of them asks for the last level.

Loses: 2.5.1, 2.5.2, 2.5.3
Cause: annealed_asks_the_last_level
"""

import torch


@torch.no_grad()
def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    score_fns = [lambda x: score_fn(x, sigma) for sigma in sigmas]
    for sigma_i, score_fn_i in zip(sigmas, score_fns):
        step = step_size * float(sigma_i / sigmas[-1]) ** 2
        x = langevin_sample(score_fn_i, x, step, steps_per_sigma, generator)
    return x
