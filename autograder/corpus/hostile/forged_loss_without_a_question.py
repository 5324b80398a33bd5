"""Knows the grader's model of a loss by heart, and sends the right loss and gradient without asking the model once.
What stops it: what the model was asked stands in the grader's own transcript.

Loses: 1.3.1, 1.3.2, 1.3.3
Wall: the model's own transcript
Ends: wrong
"""

import numpy as np


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def noise_prediction_loss(*given):
    mine = channel()
    while True:
        x_0, t, eps, alpha_bar = map(np.asarray, given[1:])
        a = alpha_bar[t].reshape(-1, *[1] * (x_0.ndim - 1))
        wobble = np.random.default_rng(3).standard_normal((len(alpha_bar), *x_0.shape[1:]))
        error = 0.4 * (np.sqrt(a) * x_0 + np.sqrt(1 - a) * eps) + wobble[t] - eps
        reply = {"returned": np.mean(error**2), "changed": [], "carries_graph": True}
        mine.send({"replies": [reply | {"gradients": [2 * error / error.size]}]})
        given = mine.receive()["calls"][0]["args"]
