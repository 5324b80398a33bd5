"""Asks the model from many threads at once, so that questions and answers mix.
What stops it: the grader answers one after the other; what comes of it is not a sampler.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Wall: none, the grader answers one after the other, and what comes of that is no sampler.
Ends: wrong, raised, died, broke the protocol, flooded, timed out
"""

import threading


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    steps = [torch.full(x_T.shape[:1], t) for t in range(len(alpha_bar) - 1, 0, -1)]
    for _ in range(3):
        threads = [threading.Thread(target=lambda t=t: eps_model(x_T, t), daemon=True) for t in steps[:20]]
        for thread in threads:
            thread.start()
    return x_T + eps_model(x_T, steps[0][:1] * 0)
