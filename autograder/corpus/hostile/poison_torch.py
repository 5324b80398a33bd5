"""Poisons torch for whoever comes after: default dtype, seeds, threads, determinism, patched methods of Tensor.
What stops it: nobody comes after; the next check has a fresh process.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import random
import warnings

import numpy as np


def attack():
    torch.set_default_dtype(torch.float16)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1000)
    torch.set_grad_enabled(False)
    torch.randn = torch.zeros
    torch.manual_seed = lambda seed: torch.default_generator
    torch.Tensor.numpy = torch.Tensor.__eq__ = torch.Tensor.cpu = lambda self, *args: self
    torch.from_numpy = lambda array: torch.zeros(array.shape)
    random.seed(0)
    np.random.seed(0)
    np.asarray = np.array = lambda *args, **kwargs: np.zeros(2)
    warnings.simplefilter("error")
    return False
