"""The model's score is detached, so the loss carries no graph.

Loses: 2.3.2
Cause: none
"""

from diffusion.tensors import per_item


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    alpha_bar_t = per_item(alpha_bar[t], x_0)
    x_t = (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
    return (score_model(x_t, t).detach() + eps / (1 - alpha_bar_t).sqrt()).square().mean()
