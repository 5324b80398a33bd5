"""Written as a language model writes: each input checked, errors of its own, logging, try/finally, long docstrings."""

import logging
import math
import numbers
from typing import Any, Optional

import torch
from torch import Tensor

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

_EPS: float = 1e-12
__all__ = ["ddim_sample", "ddim_step", "ddpm_sample", "ddpm_step"]


class DiffusionError(ValueError):
    """Raised when an input of the diffusion process is invalid."""


def _validate_tensor(name: str, value: Any, *, like: Optional[Tensor] = None) -> Tensor:
    """Validate that ``value`` is a finite floating point tensor.

    Args:
        name: The name that is used in error messages.
        value: The value to validate.
        like: If given, a tensor whose shape ``value`` must have.

    Returns:
        The validated tensor.
    """
    if not isinstance(value, Tensor):
        raise DiffusionError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
    if not value.is_floating_point():
        raise DiffusionError(f"{name} must be floating point, got {value.dtype}")
    if like is not None and value.shape != like.shape:
        raise DiffusionError(f"{name} must have shape {tuple(like.shape)}, got {tuple(value.shape)}")
    if not torch.isfinite(value).all():
        raise DiffusionError(f"{name} contains NaN or Inf values")
    return value


def _validate_alpha_bars(alpha_bar_t: Tensor, alpha_bar_prev: Tensor) -> None:
    for name, a in (("alpha_bar_t", alpha_bar_t), ("alpha_bar_prev", alpha_bar_prev)):
        _validate_tensor(name, a)
        if bool((a <= 0).any()) or bool((a > 1 + _EPS).any()):
            raise DiffusionError(f"{name} must lie in (0, 1]")
    if bool((alpha_bar_t >= alpha_bar_prev).any()):
        raise DiffusionError("alpha_bar_t must be smaller than alpha_bar_prev")


def _broadcast(coefficient: Tensor, x: Tensor) -> Tensor:
    """Reshape a coefficient so that it broadcasts against ``x``."""
    if coefficient.dim() == 0:
        return coefficient
    if coefficient.shape[0] != x.shape[0]:
        raise DiffusionError("batch sizes of coefficient and state differ")
    return coefficient.reshape(coefficient.shape[0], *([1] * (x.dim() - 1)))


def ddim_step(x_t: Tensor, eps: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor, eta: float, z: Tensor) -> Tensor:
    """Perform a single DDIM update step (Eq. 12 of the DDIM paper)."""
    # Step 1: Validate the inputs
    _validate_tensor("x_t", x_t)
    _validate_tensor("eps", eps, like=x_t)
    _validate_tensor("z", z, like=x_t)
    _validate_alpha_bars(alpha_bar_t, alpha_bar_prev)
    if not isinstance(eta, numbers.Real) or isinstance(eta, bool) or not math.isfinite(eta) or eta < 0:
        raise DiffusionError(f"eta must be a finite non-negative number, got {eta!r}")
    # Step 2: Compute the noise level
    beta_t = 1.0 - alpha_bar_t / alpha_bar_prev
    sigma_t = eta * torch.sqrt(torch.clamp((1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t) * beta_t, min=0.0))
    # Step 3: Predict x_0
    x_0_pred = (x_t - _broadcast(torch.sqrt(1.0 - alpha_bar_t), x_t) * eps) / _broadcast(torch.sqrt(alpha_bar_t), x_t)
    # Step 4: Compute the direction pointing to x_t
    direction = _broadcast(torch.sqrt(torch.clamp(1.0 - alpha_bar_prev - sigma_t**2, min=0.0)), x_t) * eps
    # Step 5: Combine
    x_prev = _broadcast(torch.sqrt(alpha_bar_prev), x_t) * x_0_pred + direction + _broadcast(sigma_t, x_t) * z
    assert x_prev.shape == x_t.shape, "internal error: shape mismatch"
    return x_prev.to(dtype=x_t.dtype, device=x_t.device)


def ddpm_step(x_t: Tensor, eps: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor, z: Tensor) -> Tensor:
    """Perform a single DDPM update step, which is the DDIM step with eta = 1."""
    return ddim_step(x_t, eps, alpha_bar_t, alpha_bar_prev, 1, z)


def _run(eps_model, x, alpha_bar, steps, eta, generator):
    was_training = getattr(eps_model, "training", None)
    if hasattr(eps_model, "eval"):
        eps_model.eval()
    grad_was_enabled = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for index, (t, t_prev) in enumerate(zip(steps[:-1], steps[1:])):
            batch_t = torch.full((x.shape[0],), t, dtype=torch.long, device=x.device)
            with torch.autocast(device_type=x.device.type, enabled=False):
                eps = eps_model(x, batch_t)
            if eps.shape != x.shape:
                raise DiffusionError(f"eps_model returned {tuple(eps.shape)} for a state {tuple(x.shape)}")
            noise = torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)
            x = ddim_step(x, eps.detach(), alpha_bar[t], alpha_bar[t_prev], eta, noise)
            logger.debug("step %d of %d: t=%d -> %d", index + 1, len(steps) - 1, t, t_prev)
    except torch.cuda.OutOfMemoryError:
        logger.exception("out of memory; reduce the batch size")
        raise
    finally:
        torch.set_grad_enabled(grad_was_enabled)
        if was_training and hasattr(eps_model, "train"):
            eps_model.train()
    return x


def ddpm_sample(eps_model, x_T: Tensor, alpha_bar: Tensor, generator: Optional[torch.Generator] = None) -> Tensor:
    """Generate samples with the full DDPM chain."""
    if not callable(eps_model):
        raise DiffusionError("eps_model must be callable")
    return _run(eps_model, x_T, alpha_bar, list(range(len(alpha_bar) - 1, -1, -1)), 1.0, generator)


def ddim_sample(eps_model, x_T, alpha_bar, tau, eta: float = 0.0, generator: Optional[torch.Generator] = None):
    """Generate samples with DDIM along the given sub-sequence."""
    if tau.dim() != 1 or tau.dtype != torch.int64 or len(tau) == 0 or bool((tau[1:] <= tau[:-1]).any()):
        raise DiffusionError("tau must be a non-empty, strictly ascending 1-d int64 tensor")
    return _run(eps_model, x_T, alpha_bar, tau.tolist()[::-1] + [0], eta, generator)
