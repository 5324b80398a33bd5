"""Small tensor helpers that `sampler.py` and `score.py` share: argument checks, broadcasting, noise."""

import torch
from torch import Tensor


def same_shape(**tensors: Tensor) -> None:
    """Raise a ValueError unless every tensor has the shape of the first one."""
    first, *others = tensors
    shape = tensors[first].shape
    for name in others:
        if tensors[name].shape != shape:
            raise ValueError(
                phrase(
                    "{name} has shape {got}; expected the shape of {first}, {shape}",
                    name=name,
                    got=tuple(tensors[name].shape),
                    first=first,
                    shape=tuple(shape),
                )
            )


def per_item(coefficient: Tensor, x: Tensor) -> Tensor:
    """Make a coefficient ready to multiply the state `x` of shape (B, *D).

    A 0-d tensor is returned as it is; shape (B,) becomes (B, 1, ..., 1), one number for each item
    of the batch. The dtype, float64, stays. Any other shape is a ValueError.
    """
    if coefficient.ndim == 0:
        return coefficient
    if coefficient.shape != x.shape[:1]:
        raise ValueError(
            phrase(
                "a coefficient has shape {got}; expected () or ({count},), "
                "one number for each item of the state of shape {shape}",
                got=tuple(coefficient.shape),
                count=x.shape[0],
                shape=tuple(x.shape),
            )
        )
    return coefficient.reshape(-1, *[1] * (x.ndim - 1))


def never_negative(radicand: Tensor) -> Tensor:
    """The radicand 1 − ᾱ_prev − σ_t² without the rounding that can leave it a hair below 0 at the largest σ_t.

    Raise a ValueError where σ_t is larger than that.
    """
    lowest = radicand.min().item() if radicand.numel() else 0.0  # to compare a number costs less than a tensor
    if lowest < -1e-12:
        raise ValueError(phrase("sigma_t must be at most its maximum, √(1 − alpha_bar_prev); here it is larger"))
    return radicand.clamp(min=0) if lowest < 0 else radicand


def noise_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal noise with the shape, dtype and device of `x`; None is torch's global generator."""
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


def time_like(x: Tensor, t: int) -> Tensor:
    """The step `t` as the model wants it: int64, shape (B,), on the device of `x`."""
    return torch.full(x.shape[:1], t, dtype=torch.int64, device=x.device)


def check_S(S: int, T: int) -> None:
    """Raise a ValueError unless 1 ≤ S ≤ T."""
    if not 1 <= S <= T:
        raise ValueError(phrase("S must be in 1..T; got S = {S}, T = {T}", S=S, T=T))


def check_tau(tau: Tensor, alpha_bar: Tensor) -> None:
    """Raise a ValueError unless `tau` is a 1-d, strictly ascending int64 sub-sequence of 1..T."""
    T = len(alpha_bar) - 1
    steps = tau.tolist() if tau.ndim == 1 and tau.dtype == torch.int64 else []
    inside = bool(steps) and 1 <= steps[0] and steps[-1] <= T
    if not inside or any(later <= earlier for earlier, later in zip(steps, steps[1:])):
        raise ValueError(
            phrase("tau must be a 1-d int64 tensor, strictly ascending, inside 1..{T}; got {tau}", T=T, tau=tau)
        )


def phrase(text: str, **values: object) -> str:
    """As diffusion.phrases says it, which is imported here since right arguments need no words."""
    from diffusion import phrases

    return phrases.phrase(text, **values)
