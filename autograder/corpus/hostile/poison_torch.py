"""Poisons torch for whoever comes after: default dtype, seeds, threads, determinism, patched methods of Tensor.
What stops it: nobody comes after; the next check has a fresh process.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: wrong, raised
"""

import random
import warnings

import numpy as np


def attack():
    torch.set_default_dtype(torch.float16)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1000)
    torch.set_grad_enabled(False)
    same, zeros = lambda self, *args: self, lambda *args, **kwargs: np.zeros(2)
    swap(torch, randn=torch.zeros, manual_seed=lambda seed: torch.default_generator)
    swap(torch, from_numpy=lambda array: torch.zeros(array.shape))
    swap(torch.Tensor, numpy=same, __eq__=same, cpu=same)
    random.seed(0)
    np.random.seed(0)
    swap(np, asarray=zeros, array=zeros)
    warnings.simplefilter("error")
    return False
