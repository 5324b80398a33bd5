"""The forward jump multiplies the noise by 1 − ᾱ_t; score.py imports it inside its loss alone, so one mistake costs once.

Loses: 1.1.1, 1.1.2, 1.1.3
Cause: noise_not_rooted
"""

from diffusion.tensors import per_item


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t) * eps).to(x_0.dtype)


def score_matching_loss(score_model, x_0, t, eps, alpha_bar):
    from sampler import q_sample as jump

    target = -eps / per_item(1 - alpha_bar[t], x_0).sqrt()
    return (score_model(jump(x_0, alpha_bar[t], eps), t) - target).square().mean()
