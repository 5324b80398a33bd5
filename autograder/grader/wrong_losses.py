"""The wrong losses of the catalogue in torch, for any model: those of `checks.oracle` know one public model only."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

Function = Callable[..., Any]


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
