"""The prediction is squeezed: a column (B, 1) becomes (B,), and its difference from the target broadcasts to (B, B).

Loses: 2.3.1
Cause: none
"""

from diffusion.tensors import per_item


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    alpha_bar_t = per_item(alpha_bar[t], x_0)
    x_t = (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
    target = -eps / (1 - alpha_bar_t).sqrt()
    return (score_model(x_t, t).squeeze() - target.to(x_0.dtype)).square().mean()
