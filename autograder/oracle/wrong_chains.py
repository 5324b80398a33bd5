"""Loops that students write by mistake, as what their transcript would show: the moves that they make.

`CHAINS[function]` is a list of (cause, make). `make` takes what the loop is called with after the model and the state
(for `ddim_invert` the state, too, at the end) and gives a `Chain`. `RIGHT[function]` are the right ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from oracle import misconceptions, steps
from oracle.arrays import Array, f64


@dataclass(frozen=True)
class Move:
    """From one call of the model to the next: asked at `asked`, then the state is mean(x, answer) + sigma z."""

    asked: float | None
    mean: Callable[[Array, Array], Array]
    sigma: float
    times: tuple[int, int] | None = None  # the t from which it goes, and the one to which; none of noise levels
    breaks: bool = False  # whether NaN comes out unless a clamp hides that a number under a root is negative


@dataclass(frozen=True)
class Chain:
    """All moves; start: "given", "zeros" or "fresh"; z: see below.

    z: "fresh" and normal, the "same" at every step, "shared" by all items, "not_normal", "unit", in [0, 1), or "scaled"
    by a number.
    """

    moves: list[Move]
    start: str = "given"
    z: str = "fresh"


Chains = list[tuple[str, Callable[..., Chain]]]


# 1.6, 2.11: down a sequence. `times` are [0, τ_1, …, τ_S], and a step goes from times[i] to times[i − 1]


def _alpha_bars(alpha_bar: Array, times: Sequence[int], i: int) -> tuple[Any, Any]:
    return alpha_bar[times[i]], alpha_bar[times[i - 1]]


def _sigma(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A formula in (ᾱ_t, ᾱ_prev, η) as one in (alpha_bar, times, i, η)."""
    return lambda alpha_bar, times, i, eta: formula(*_alpha_bars(alpha_bar, times, i), eta)


RIGHT_SIGMA = _sigma(misconceptions.right_sigma)


def _table_sigma(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
    """σ_t with the table's β_t = 1 − ᾱ_t/ᾱ_{t−1}."""
    a, p = _alpha_bars(alpha_bar, times, i)
    return eta * ((1 - p) / (1 - a) * (1 - a / alpha_bar[times[i] - 1])) ** 0.5


def _full_chain_sigma(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
    """σ_t of the step from t to t − 1, whatever the sequence."""
    return misconceptions.right_sigma(alpha_bar[times[i]], alpha_bar[times[i] - 1], eta)


def _next_sigma(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
    return RIGHT_SIGMA(alpha_bar, times, i - 1, eta) if i > 1 else 0.0


def _loud(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
    """Noise of a standard deviation that is not masked at the last step."""
    return eta * (1 - alpha_bar[times[1]]) ** 0.5 if i == 1 else RIGHT_SIGMA(alpha_bar, times, i, eta)


def _but(noise: Callable[..., Any], silent: Callable[[int], bool]) -> Callable[..., Any]:
    """The noise, but none in the silent steps i."""
    return lambda alpha_bar, times, i, eta: 0.0 if silent(i) else noise(alpha_bar, times, i, eta)


def _down(
    sigma: Callable[..., Any] = RIGHT_SIGMA,
    noise: Callable[..., Any] | None = None,
    prev: Callable[..., int] = lambda alpha_bar, times, i: times[i - 1],
    at: Callable[..., int] = lambda alpha_bar, times, i: times[i],
    ask: Callable[[Sequence[int], int], int] = lambda times, i: times[i],
    change: Callable[..., Any] = misconceptions.no_clip,
    direction: Callable[..., Any] = misconceptions.kept,
    result: Callable[[Array], Array] = lambda x: x,
    **chain: str,
) -> Callable[..., Chain]:
    """A DDIM loop with another σ, noise, place or previous place in ᾱ, t for the model, x_0_pred, direction, result."""

    def make(alpha_bar: Array, tau: Sequence[int], eta: float) -> Chain:
        times = [0, *(int(t) for t in tau)]
        moves = []
        for i in range(len(times) - 1, 0, -1):
            a, p = alpha_bar[at(alpha_bar, times, i)], alpha_bar[prev(alpha_bar, times, i)]
            s = sigma(alpha_bar, times, i, eta)
            z = noise(alpha_bar, times, i, eta) if noise else s
            radicand = direction(p, s)
            factor = misconceptions.root(radicand)

            def mean(x: Array, eps: Array, a: Any = a, p: Any = p, factor: Any = factor, i: int = i) -> Array:
                x_0_pred, eps = change(steps.predict_x_0(x, a, eps), eps, x, a)
                x_prev = p**0.5 * x_0_pred + factor * eps
                return result(x_prev) if i == 1 else x_prev

            breaks, way = bool(radicand < -steps.ROUNDING), (times[i], times[i - 1])
            moves.append(Move(ask(times, i), mean, float(np.nan_to_num(z, posinf=1e9)), way, breaks))
        return Chain(moves, **chain)

    return make


def _of(tau: Callable[..., Any]) -> Callable[..., Chain]:
    """A loop over another sequence."""
    return lambda alpha_bar, given, eta: _down()(alpha_bar, tau(alpha_bar, given), eta)


def _cut(keep: slice) -> Callable[..., Chain]:
    """The right loop with only some of its moves."""
    return lambda *args: replace(chain := _down()(*args), moves=chain.moves[keep])


def _twice(*args: Any) -> Chain:
    """Each call made twice, and the first answer not used."""
    right = _down()(*args)
    still = [replace(move, mean=lambda x, eps: x, sigma=0.0) for move in right.moves]
    return replace(right, moves=[each for pair in zip(still, right.moves) for each in pair])


def _at_x_0(sigma: Callable[..., Any]) -> Callable[..., Chain]:
    """A loop whose steps have x_0_pred itself for their mean."""

    def make(alpha_bar: Array, tau: Sequence[int], eta: float) -> Chain:
        right, times = _down(sigma=sigma)(alpha_bar, tau, eta), [*reversed(tau)]
        means = [lambda x, eps, a=alpha_bar[int(t)]: steps.predict_x_0(x, a, eps) for t in times]
        return replace(right, moves=[replace(move, mean=mean) for move, mean in zip(right.moves, means)])

    return make


_OWN = [(cause, _sigma(f)) for cause, f in misconceptions.OWN_SIGMAS]
_UNMASKED = [(cause, f) for cause, f in _OWN if cause != "ratio_upside_down"]  # infinite in the last step
_NOISE = [(cause, f) for cause, f in _OWN if cause != "eta_squared"]  # in the noise alone that is eta_twice
_DOWN: Chains = [
    *[(cause, _down(sigma=sigma)) for cause, sigma in _UNMASKED],
    *[(cause, _down(noise=sigma)) for cause, sigma in _UNMASKED if cause != "eta_squared"],
    *[(cause, _down(sigma=_but(sigma, lambda i: i == 1))) for cause, sigma in _OWN],
    *[(cause, _down(noise=_but(sigma, lambda i: i == 1))) for cause, sigma in _NOISE],
    ("noise_missing", _down(noise=lambda *_: 0.0)),
    ("noise_missing_before_the_last", _down(noise=_but(RIGHT_SIGMA, lambda i: i == 2))),
    ("noise_at_the_end", _down(noise=_loud)),
    ("direction_ignores_sigma", _down(direction=lambda p, s: 1 - p)),
    ("sigma_not_squared", _down(direction=lambda p, s: 1 - p - s)),
    ("x_0_clipped", _down(change=misconceptions.clipped)),
    ("x_0_clipped", _down(change=misconceptions.clipped_twice)),
    ("result_clipped", _down(result=lambda x: np.clip(x, -1, 1))),
    ("mean_is_x_0_pred", _at_x_0(RIGHT_SIGMA)),
    ("mean_is_x_0_pred", _at_x_0(_sigma(lambda a, p, eta: eta * (1 - p) ** 0.5))),
    ("starts_from_zeros", _down(start="zeros")),
    ("starts_from_fresh_noise", _down(start="fresh")),
    ("same_noise", _down(z="same")),
    ("shared_noise", _down(z="shared")),
    ("noise_not_normal", _down(z="unit")),
    ("asks_zero_based", _down(ask=lambda times, i: times[i] - 1)),
    ("skips_first_step", _cut(slice(1, None))),
    ("skips_last_step", _cut(slice(None, -1))),
    ("asks_twice", _twice),
]


def _every(alpha_bar: Array, tau: Any) -> range:
    return range(1, len(alpha_bar))


def _minus_share(alpha_bar: Array, times: Sequence[int], i: int) -> int:
    """diffusers' previous step, t − T // S."""
    return max(times[i] - (len(alpha_bar) - 1) // (len(times) - 1), 0)


def _to_full_chain(alpha_bar: Array, times: Sequence[int], i: int) -> int:
    return times[i] - 1


def _with_prev(prev: Callable[..., int]) -> Callable[..., Chain]:
    """A loop whose previous step is another one, in σ as well."""

    def sigma(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
        return misconceptions.right_sigma(alpha_bar[times[i]], alpha_bar[prev(alpha_bar, times, i)], eta)

    return _down(sigma=sigma, prev=prev)


def _late_place(alpha_bar: Array, times: Sequence[int], i: int) -> int:
    return min(times[i] + 1, len(alpha_bar) - 1)


def _late_prev(alpha_bar: Array, times: Sequence[int], i: int) -> int:
    return min(times[i - 1] + 1, len(alpha_bar) - 2)


def _late_sigma(alpha_bar: Array, times: Sequence[int], i: int, eta: float) -> Any:
    a, p = alpha_bar[_late_place(alpha_bar, times, i)], alpha_bar[_late_prev(alpha_bar, times, i)]
    return misconceptions.right_sigma(a, p, eta)


def _late(noise: Callable[..., Any] | None = None) -> Callable[..., Chain]:
    """A loop that reads the table one place too late."""
    return _down(sigma=_late_sigma, noise=noise, at=_late_place, prev=_late_prev)


_SUB_SEQUENCE: Chains = [
    ("sigma_of_the_full_chain", _down(sigma=_but(_full_chain_sigma, lambda i: i == 1))),
    ("sigma_of_the_full_chain", _down(noise=_but(_full_chain_sigma, lambda i: i == 1))),
    ("table_one_late", _late()),
    ("table_one_late", _late(noise=_but(_late_sigma, lambda i: i == 1))),
    ("table_beta_on_subsequence", _down(sigma=_table_sigma)),
    ("table_beta_on_subsequence", _down(noise=_table_sigma)),
    ("sigma_of_the_step_before", _down(sigma=_next_sigma)),
    ("sigma_of_the_step_before", _down(noise=_next_sigma)),
    ("eta_taken_as_zero", _down(sigma=lambda *_: 0.0)),
    ("eta_twice", _down(noise=_sigma(lambda a, p, eta: eta * misconceptions.right_sigma(a, p, eta)))),
    ("ends_at_first_alpha_bar", _with_prev(lambda alpha_bar, times, i: max(times[i - 1], 1))),
    ("previous_by_division", _with_prev(_minus_share)),
    ("previous_in_the_full_chain", _with_prev(_to_full_chain)),
    ("subsequence_ignored", _of(_every)),
    ("starts_at_T", _of(lambda alpha_bar, tau: [*tau[:-1], len(alpha_bar) - 1])),
    ("asks_the_index", _down(ask=lambda times, i: i)),
    ("asks_the_previous_step", _down(ask=lambda times, i: times[i - 1])),
    ("asks_the_previous_step", _down(ask=lambda times, i: max(times[i - 1], 1))),
    ("sigma_of_the_full_chain", _down(sigma=_full_chain_sigma)),
    ("sigma_of_the_full_chain", _down(noise=_full_chain_sigma)),
]


def _full(make: Callable[..., Chain]) -> Callable[..., Chain]:
    """The same on the whole sequence at η = 1, which is DDPM."""
    return lambda alpha_bar: make(alpha_bar, _every(alpha_bar, None), 1.0)


# 2.12: up a sequence


def _up(
    frm: Callable[[Any, Any], Any] = lambda a, p: p,
    order: int = 1,
    skip: int = 0,
    tau_of: Callable[..., Any] = lambda alpha_bar, tau: tau,
    present: bool = False,
    sigma: float = 0.0,
) -> Callable[..., Chain]:
    """An inversion that predicts x_0 with frm(ᾱ_t, ᾱ_prev), goes another way, or leaves out its first steps."""

    def make(alpha_bar: Array, tau: Sequence[int]) -> Chain:
        times = [0, *(int(t) for t in tau_of(alpha_bar, tau))]
        moves = []
        for t_prev, t in list(zip(times, times[1:]))[skip:][::order]:
            a, p = alpha_bar[t], alpha_bar[t_prev]

            def mean(x: Array, eps: Array, a: Any = a, p: Any = p) -> Array:
                return a**0.5 * steps.predict_x_0(x, frm(a, p), eps) + (0.0 if sigma else (1 - a) ** 0.5) * eps

            asked = max(1, t_prev) if present else t
            spread = sigma * float((1 - a) ** 0.5)
            moves.append(Move(asked, mean, spread, (t_prev, t)))
        return Chain(moves)

    return make


def _from_the_data(alpha_bar: Array, tau: Sequence[int], x_0: Array) -> Chain:
    """Each step jumps from x_0 itself."""
    right = _up()(alpha_bar, tau)
    means = [lambda x, eps, a=alpha_bar[int(t)]: steps.q_sample(x_0, a, eps) for t in tau]
    return Chain([replace(move, mean=mean) for move, mean in zip(right.moves, means)])


def _given(make: Callable[..., Chain]) -> Callable[..., Chain]:
    """A chain that does not look at the state from which it starts."""
    return lambda alpha_bar, tau, x_0: make(alpha_bar, tau)


_UP: Chains = [
    ("inversion_adds_noise", _given(_up(sigma=1.0))),
    ("inversion_backwards", _given(_up(order=-1))),
    ("inversion_skips_first_step", _given(_up(skip=1))),
    ("inversion_skips_first_step", _given(_up(skip=1, present=True))),
    ("subsequence_ignored", _given(_up(tau_of=_every))),
    ("predicts_with_the_target", _given(_up(frm=lambda a, p: a))),
    ("jumps_from_the_data", _from_the_data),
]

# 2.4, 2.5: Langevin


def _climb(
    drift: Callable[[float], float] = lambda a: a,
    spread: Callable[[float], float] = lambda a: (2 * a) ** 0.5,
    keep: slice = slice(None),
    last_silent: bool = False,
    **chain: str,
) -> Callable[..., Chain]:
    """Langevin steps x + drift(a) score + spread(a) z, one for each (asked, a)."""

    def make(levels: Sequence[tuple[float | None, float]]) -> Chain:
        moves = []
        for number, (asked, a) in enumerate(levels, start=1):

            def mean(x: Array, score: Array, a: float = a) -> Array:
                return x + drift(a) * score

            sigma = 0.0 if last_silent and number == len(levels) else spread(a)
            moves.append(Move(asked, mean, sigma))
        return Chain(moves[keep], **chain)

    return make


_NCSN = _climb(lambda a: a / 2, lambda a: a**0.5)
_LANGEVIN: Chains = [
    ("downhill", _climb(drift=lambda a: -a)),
    ("ncsn_half_step", _NCSN),
    ("half_drift", _climb(lambda a: a / 2)),
    ("two_missing_under_root", _climb(spread=lambda a: a**0.5)),
    ("noise_not_rooted", _climb(spread=lambda a: 2 * a)),
    ("noise_not_rooted", _climb(spread=lambda a: a)),
    ("two_outside_root", _climb(spread=lambda a: 2 * a**0.5)),
    ("step_outside_root", _climb(spread=lambda a: 2**0.5 * a)),
    ("last_noise_missing", _climb(last_silent=True)),
    ("noise_missing", _climb(spread=lambda a: 0.0)),
    ("one_step_short", _climb(keep=slice(1, None))),
    ("same_noise", _climb(z="same")),
    ("shared_noise", _climb(z="shared")),
    ("noise_not_normal", _climb(z="unit")),
]


def _one_level(make: Callable[..., Chain]) -> Callable[..., Chain]:
    return lambda step_size, num_steps: make([(None, step_size)] * num_steps)


def _annealed(
    make: Callable[..., Chain],
    ratio: Callable[[Array, int], float] = lambda s, i: float(s[i] / s[-1]) ** 2,
    ask: Callable[[Array, int], float] = lambda s, i: float(s[i]),
    order: slice = slice(None),
    each: int = 0,
) -> Callable[..., Chain]:
    """Annealed Langevin with other sizes, other questions, other levels, or `each` steps at every level."""

    def chain(sigmas: Array, step_size: float, steps_per_sigma: int) -> Chain:
        s, levels = f64(sigmas), range(len(sigmas))[order]
        asked = [(ask(s, i), step_size * ratio(s, i)) for i in levels for _ in range(each or steps_per_sigma)]
        return make(asked)

    return chain


_ANNEALED: Chains = [
    *[(cause, _annealed(make)) for cause, make in _LANGEVIN if cause not in ("one_step_short", "last_noise_missing")],
    ("annealed_fixed_step", _annealed(_climb(), ratio=lambda s, i: 1.0)),
    ("annealed_not_squared", _annealed(_climb(), ratio=lambda s, i: float(s[i] / s[-1]))),
    ("annealed_ncsn_not_squared", _annealed(_NCSN, ratio=lambda s, i: float(s[i] / s[-1]))),
    ("annealed_ratio_to_first", _annealed(_climb(), ratio=lambda s, i: float(s[i] / s[0]) ** 2)),
    ("annealed_ratio_upside_down", _annealed(_climb(), ratio=lambda s, i: float(s[-1] / s[i]) ** 2)),
    ("annealed_one_step_per_level", _annealed(_climb(), each=1)),
    ("annealed_wrong_order", _annealed(_climb(), order=slice(None, None, -1))),
    ("annealed_skips_last_level", _annealed(_climb(), order=slice(None, -1))),
    ("annealed_asks_the_last_level", _annealed(_climb(), ask=lambda s, i: float(s[-1]))),
]

CHAINS: dict[str, Chains] = {
    "ddpm_sample": [(cause, _full(make)) for cause, make in _DOWN],
    "ddim_sample": [*_DOWN, *_SUB_SEQUENCE],
    "ddim_invert": _UP,
    "langevin_sample": [(cause, _one_level(make)) for cause, make in _LANGEVIN],
    "annealed_langevin_sample": _ANNEALED,
}
RIGHT: dict[str, list[Callable[..., Chain]]] = {
    "ddpm_sample": [_full(_down())],
    "ddim_sample": [_down()],
    "ddim_invert": [_given(_up()), _given(_up(present=True))],
    "langevin_sample": [_one_level(_climb())],
    "annealed_langevin_sample": [_annealed(_climb())],
}


def _loose(make: Callable[..., Callable[..., Chain]]) -> Chains:
    return [("noise_not_normal", make(z="not_normal")), ("noise_scaled", make(z="scaled"))]


LAST: dict[str, Chains] = {  # where nothing else explains a loop: what is known of their noise is little
    "ddpm_sample": [(cause, _full(chain)) for cause, chain in _loose(_down)],
    "ddim_sample": _loose(_down),
    "ddim_invert": [],
    "langevin_sample": [(cause, _one_level(chain)) for cause, chain in _loose(_climb)],
    "annealed_langevin_sample": [(cause, _annealed(chain)) for cause, chain in _loose(_climb)],
}
