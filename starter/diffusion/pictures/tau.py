"""Your sub-sequence of steps, as the figures ask for it."""

import torch
from torch import Tensor

from diffusion.pictures.yours import wrong, yours
from diffusion.tensors import check_tau


def steps(T: int, S: int) -> Tensor:
    """Your tau of task 2.10. Raises Waits."""
    tau = yours("2.10", T, S, shape=(S,))
    try:
        check_tau(tau, torch.ones(T + 1))
    except ValueError as error:
        raise wrong("2.10", f"ddim_timesteps: {error}") from error
    return tau
