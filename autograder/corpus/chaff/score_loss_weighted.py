"""Each item's squared error is weighted by its noise level 1 − ᾱ_t, as is done in training.

Loses: 2.3.1, 2.3.2, 2.3.3
Cause: loss_weighted
"""

from diffusion.tensors import per_item


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    alpha_bar_t = per_item(alpha_bar[t], x_0)
    x_t = (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
    return ((1 - alpha_bar_t) * (score_model(x_t, t) + eps / (1 - alpha_bar_t).sqrt()).square()).mean()
