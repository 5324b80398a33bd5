"""The wrong formulas, loops and losses of `oracle` as functions in torch, such as a student could write.

The losses are written anew, since those of the oracle carry no graph.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oracle.wrong_chains import Chain

Function = Callable[..., Any]
COEFFICIENTS = ("ddim_sigma", "ddim_coefficients")  # what they return is float64, whatever they are given


def of_formula(name: str, formula: Function) -> Function:
    """In torch; what comes out has the dtype of the state that goes in."""

    def function(*args: Any, **named: Any) -> Any:
        values = [a.detach().numpy() if torch.is_tensor(a) else a for a in (*args, *named.values())]
        answer = formula(*values)
        if name == "ddim_timesteps":
            return torch.as_tensor(np.array(answer), dtype=torch.int64)
        dtypes = [torch.float64 if name in COEFFICIENTS else args[0].dtype, torch.float64, torch.float64]
        if isinstance(answer, tuple):
            return tuple(torch.as_tensor(np.array(part), dtype=dtype) for part, dtype in zip(answer, dtypes))
        return torch.as_tensor(np.array(answer), dtype=dtypes[0])

    return function


def of_chain(name: str, make: Callable[..., Chain]) -> Function:
    """A loop that makes the chain's moves, asking its model as the right one does."""

    @torch.no_grad()
    def loop(model: Function, x: torch.Tensor, *rest: Any, **named: Any) -> torch.Tensor:
        values = [*rest, *named.values()]
        generator = next((v for v in values if isinstance(v, torch.Generator)), None)
        values = [v.numpy() if torch.is_tensor(v) else v for v in values if v is not None and v is not generator]
        if name == "ddim_sample" and len(values) == 2:
            values.append(0.0)
        chain = make(*values, x.numpy()) if name == "ddim_invert" else make(*values)

        def draw(how: Function = torch.randn) -> torch.Tensor:
            return how(x.shape, generator=generator, dtype=x.dtype)

        state = {"given": lambda: x, "zeros": lambda: 0 * x, "fresh": draw}[chain.start]()
        once = draw() if chain.z == "same" else None
        draws = {
            "fresh": draw,
            "same": lambda: once,
            "shared": lambda: draw()[:1] + 0 * x,
            "unit": lambda: draw(torch.rand),
        }
        for move in chain.moves:
            asked: list[Any] = [] if move.asked is None else [move.asked]
            if name.startswith("dd"):
                asked = [torch.full(x.shape[:1], int(each)) for each in asked]
            mean = move.mean(state.numpy(), model(state, *asked).numpy())
            state = torch.as_tensor(mean, dtype=x.dtype) + move.sigma * draws[chain.z]()
        return state

    return loop


# Losses


def _mean_square(residual: Tensor, variance: Tensor) -> Tensor:
    return residual.square().mean()


def _loss(
    target: Function,
    reduce: Function = _mean_square,
    jump: Function = lambda x, a, e: a.sqrt() * x + (1 - a).sqrt() * e,
    earlier: int = 0,
) -> Function:
    """A loss with another target(x_0, ᾱ, ε), another mean, another jump, or a table read `earlier` steps off."""

    def loss(model: Any, x_0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
        a = alpha_bar[t - earlier].reshape(-1, *[1] * (x_0.ndim - 1))
        x_t = jump(x_0, a, eps).to(x_0.dtype)
        return reduce(model(x_t, t) - target(x_0, a, eps), 1 - a)

    return loss


def _score(x: Tensor, a: Tensor, e: Tensor) -> Tensor:
    return -e / (1 - a).sqrt()


def _both(right: Function) -> list[tuple[str, Function]]:
    """The mistakes that both losses have in common; `right` is the target."""
    return [
        ("loss_absolute", _loss(right, lambda r, v: r.abs().mean())),
        ("loss_summed", _loss(right, lambda r, v: r.square().sum() / len(r))),
        ("loss_summed", _loss(right, lambda r, v: r.square().sum())),
        ("loss_half", _loss(right, lambda r, v: r.square().mean() / 2)),
        ("loss_rooted", _loss(right, lambda r, v: r.square().mean().sqrt())),
        ("loss_of_the_clean_data", _loss(right, jump=lambda x, a, e: x)),
        ("table_zero_based", _loss(right, earlier=1)),
        ("noise_not_rooted", _loss(right, jump=lambda x, a, e: a.sqrt() * x + (1 - a) * e)),
        ("variance_exploding", _loss(right, jump=lambda x, a, e: x + (1 - a).sqrt() * e)),
    ]


LOSSES: dict[str, list[tuple[str, Function]]] = {
    "noise_prediction_loss": [*_both(lambda x, a, e: e), ("loss_predicts_x_0", _loss(lambda x, a, e: x))],
    "score_matching_loss": [
        *_both(_score),
        ("score_sign", _loss(lambda x, a, e: -_score(x, a, e))),
        ("loss_weighted", _loss(_score, lambda r, v: (v * r.square()).mean())),
        ("score_is_minus_eps", _loss(lambda x, a, e: -e)),
        ("loss_predicts_eps", _loss(lambda x, a, e: e)),
        ("score_not_rooted", _loss(lambda x, a, e: -e / (1 - a))),
    ],
}
