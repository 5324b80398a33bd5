"""Formulas that students write by mistake, for the functions that return values: each beside the name of its cause.

`FORMULAS[function]` is a list of (cause, formula); a formula takes the arguments of the function. Two formulas of one
cause are two ways to write the same mistake. `right` gives the right answers. Loops are in `wrong_chains`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from oracle import losses, steps
from oracle.arrays import Array, along_first_axis, f64

Formula = Callable[..., Any]
Formulas = list[tuple[str, Formula]]


def root(value: Any) -> Any:
    """The square root, of 0 where a clamp would have hidden that the value is negative."""
    return np.sqrt(np.maximum(value, 0))


def _first(coefficient: Any) -> Any:
    """The first item's coefficient for all items."""
    return np.full_like(coefficient, np.ravel(coefficient)[0])


def _mix(first: Formula, second: Formula) -> Formula:
    """first(ᾱ) · x + second(ᾱ) · y."""
    return lambda x, a, y: along_first_axis(first(a), x) * f64(x) + along_first_axis(second(a), y) * f64(y)


# 1.1, 1.2: the jump and its inverse

JUMPS: Formulas = [
    ("noise_not_rooted", _mix(lambda a: a**0.5, lambda a: 1 - a)),
    ("signal_not_rooted", _mix(lambda a: a, lambda a: (1 - a) ** 0.5)),
    ("neither_rooted", _mix(lambda a: a, lambda a: 1 - a)),
    ("factors_swapped", _mix(lambda a: (1 - a) ** 0.5, lambda a: a**0.5)),
    ("signal_not_scaled", _mix(lambda a: a**0, lambda a: (1 - a) ** 0.5)),
    ("noise_not_scaled", _mix(lambda a: a**0.5, lambda a: a**0)),
    ("noise_sign", _mix(lambda a: a**0.5, lambda a: -((1 - a) ** 0.5))),
    ("variance_exploding", _mix(lambda a: a**0, lambda a: (1 / a - 1) ** 0.5)),
]


INVERSES: Formulas = [
    ("x_0_clipped", lambda x, a, e: np.clip(steps.predict_x_0(x, a, e), -1, 1)),
    ("parenthesis", _mix(lambda a: a**0, lambda a: -(((1 - a) / a) ** 0.5))),
    ("not_divided", _mix(lambda a: a**0, lambda a: -((1 - a) ** 0.5))),
    ("noise_not_rooted", _mix(lambda a: a**-0.5, lambda a: -(1 - a) * a**-0.5)),
    ("signal_not_rooted", _mix(lambda a: 1 / a, lambda a: -((1 - a) ** 0.5) / a)),
    ("neither_rooted", _mix(lambda a: 1 / a, lambda a: -(1 - a) / a)),
    ("noise_sign", _mix(lambda a: a**-0.5, lambda a: ((1 - a) / a) ** 0.5)),
    ("factors_swapped", _mix(lambda a: (1 - a) ** -0.5, lambda a: -((a / (1 - a)) ** 0.5))),
    ("v_prediction", _mix(lambda a: a**0.5, lambda a: -((1 - a) ** 0.5))),
]

# 1.3, 2.3: the losses


def _loss(
    target: Formula,
    reduce: Formula = lambda residual, w: np.mean(residual**2),
    jump: Formula = steps.q_sample,
    earlier: int = 0,
    first: bool = False,
) -> Formula:
    """A loss with another target(x_0, ᾱ, ε), another mean, another jump, or a table read `earlier` steps off.

    first: whether all items get the first item's ᾱ.
    """

    def loss(examiner: Any, x_0: Any, t: Any, eps: Any, alpha_bar: Any) -> Any:
        a = f64(alpha_bar)[np.asarray(t) - earlier]
        a = _first(a) if first else a
        x_t = jump(x_0, a, eps)
        return reduce(examiner.model(x_t, t) - target(f64(x_0), a, f64(eps)), along_first_axis(1 - a, x_t))

    return loss


JUMP = dict(JUMPS)


def _losses(right: Formula) -> Formulas:
    """The mistakes that both losses have in common; `right` is the target."""
    return [
        ("loss_absolute", _loss(right, lambda r, w: np.mean(np.abs(r)))),
        ("loss_huber", _loss(right, lambda r, w: np.mean(np.where(np.abs(r) < 1, r**2 / 2, np.abs(r) - 0.5)))),
        ("first_item", _loss(right, first=True)),
        ("loss_summed", _loss(right, lambda r, w: np.sum(r**2) / len(r))),
        ("loss_summed", _loss(right, lambda r, w: np.sum(r**2))),
        ("loss_half", _loss(right, lambda r, w: np.mean(r**2) / 2)),
        ("loss_rooted", _loss(right, lambda r, w: np.sqrt(np.mean(r**2)))),
        ("loss_of_the_clean_data", _loss(right, jump=lambda x, a, e: f64(x))),
        ("table_zero_based", _loss(right, earlier=1)),
        ("noise_not_rooted", _loss(right, jump=JUMP["noise_not_rooted"])),
        ("variance_exploding", _loss(right, jump=JUMP["signal_not_scaled"])),
        ("variance_exploding", _loss(right, jump=JUMP["variance_exploding"])),
    ]


NOISE_LOSSES = [
    *_losses(lambda x, a, e: e),
    ("loss_predicts_x_0", _loss(lambda x, a, e: x)),
    ("v_prediction", _loss(_mix(lambda a: -((1 - a) ** 0.5), lambda a: a**0.5))),
]
SCORE_LOSSES = [
    *_losses(lambda x, a, e: steps.score_from_eps(e, a)),
    ("score_sign", _loss(lambda x, a, e: -steps.score_from_eps(e, a))),
    ("loss_weighted", _loss(lambda x, a, e: steps.score_from_eps(e, a), lambda r, w: np.mean(w * r**2))),
    ("score_is_minus_eps", _loss(lambda x, a, e: -e)),
    ("loss_predicts_eps", _loss(lambda x, a, e: e)),
    ("score_not_rooted", _loss(lambda x, a, e: -e / along_first_axis(1 - a, e))),
    ("score_from_unscaled_data", _loss(lambda x, a, e: (x - steps.q_sample(x, a, e)) / along_first_axis(1 - a, e))),
]

# 1.4, 1.5: the posterior and the DDPM step. Weights of x_0 and of x_t, from (ᾱ_t, ᾱ_prev)


def _beta(a: Any, p: Any) -> Any:
    return 1 - a / p


def _tilde(a: Any, p: Any) -> Any:
    return (1 - p) / (1 - a) * _beta(a, p)


def _w_0(a: Any, p: Any) -> Any:
    return p**0.5 * _beta(a, p) / (1 - a)


def _w_t(a: Any, p: Any) -> Any:
    return (a / p) ** 0.5 * (1 - p) / (1 - a)


WEIGHTS: list[tuple[str, Formula, Formula]] = [
    ("posterior_slide", lambda a, p: -_w_0(a, p) * (1 - a) ** 0.5, lambda a, p: _w_t(a, p) * (1 - a) ** 0.5),
    ("posterior_slide_sign", lambda a, p: -_w_0(a, p), _w_t),
    ("posterior_slide_sign", _w_0, lambda a, p: -_w_t(a, p)),
    (
        "posterior_slide_denominators",
        lambda a, p: _w_0(a, p) * (1 - a) ** 0.5,
        lambda a, p: _w_t(a, p) * (1 - a) ** 0.5,
    ),
    ("alpha_bar_for_alpha", _w_0, lambda a, p: a**0.5 * (1 - p) / (1 - a)),
    ("alpha_for_alpha_bar", lambda a, p: (a / p) ** 0.5 * _beta(a, p) / (1 - a), _w_t),
    ("alpha_bar_t_for_prev", lambda a, p: a**0.5 * _beta(a, p) / (1 - a), _w_t),
    ("weights_swapped", _w_t, _w_0),
    ("weights_not_rooted", lambda a, p: p * _beta(a, p) / (1 - a), lambda a, p: a / p * (1 - p) / (1 - a)),
]
VARIANCES: Formulas = [
    ("standard_deviation", lambda a, p: _tilde(a, p) ** 0.5),
    ("fixed_large", _beta),
    ("beta_outside_root", lambda a, p: _tilde(a, p) * _beta(a, p)),
    ("ratio_upside_down", lambda a, p: (1 - a) / (1 - p) * _beta(a, p)),
    ("log_variance", lambda a, p: np.log(_tilde(a, p))),
    ("beta_is_a_difference", lambda a, p: (1 - p) / (1 - a) * (p - a)),
]


def _mean(w_0: Formula, w_t: Formula, x_0: Any, x_t: Any, a: Any, p: Any) -> Array:
    return along_first_axis(w_0(a, p), x_0) * f64(x_0) + along_first_axis(w_t(a, p), x_t) * f64(x_t)


def _posterior(w_0: Formula = _w_0, w_t: Formula = _w_t, variance: Formula = _tilde) -> Formula:
    return lambda x_0, x_t, a, p: (_mean(w_0, w_t, x_0, x_t, a, p), variance(a, p))


POSTERIORS = [(cause, _posterior(w_0, w_t)) for cause, w_0, w_t in WEIGHTS]
POSTERIORS += [(cause, _posterior(variance=variance)) for cause, variance in VARIANCES]
POSTERIORS += [  # everywhere
    (
        "alpha_bar_for_alpha",
        _posterior(lambda a, p: p**0.5, lambda a, p: a**0.5 * (1 - p) / (1 - a), lambda a, p: 1 - p),
    )
]


def _ddpm(std: Formula, w_0: Formula = _w_0, w_t: Formula = _w_t, limit: float = np.inf) -> Formula:
    """A DDPM step with another standard deviation, other weights, or x_0_pred kept within ± limit."""

    def step(x_t: Any, eps: Any, a: Any, p: Any, z: Any) -> Array:
        x_0_pred = np.clip(steps.predict_x_0(x_t, a, eps), -limit, limit)
        return _mean(w_0, w_t, x_0_pred, x_t, a, p) + along_first_axis(std(a, p), z) * f64(z)

    return step


def _std(a: Any, p: Any) -> Any:
    return _tilde(a, p) ** 0.5


DDPM_STEPS: Formulas = [
    ("beta_outside_root", _ddpm(lambda a, p: ((1 - p) / (1 - a)) ** 0.5 * _beta(a, p))),
    ("fixed_large", _ddpm(lambda a, p: _beta(a, p) ** 0.5)),
    ("extra_root", _ddpm(lambda a, p: _tilde(a, p) ** 0.25)),
    ("variance_for_sigma", _ddpm(_tilde)),
    ("ratio_upside_down", _ddpm(lambda a, p: ((1 - a) / (1 - p) * _beta(a, p)) ** 0.5)),
    ("noise_missing", _ddpm(lambda a, p: 0 * a)),
    ("noise_not_scaled", _ddpm(lambda a, p: a**0)),
    ("x_0_clipped", _ddpm(_std, limit=1.0)),
    ("beta_is_a_difference", _ddpm(lambda a, p: ((1 - p) / (1 - a) * (p - a)) ** 0.5)),
    ("sigma_between_the_two", _ddpm(lambda a, p: (_beta(a, p) * _tilde(a, p)) ** 0.25)),
    ("noise_at_its_maximum", _ddpm(lambda a, p: (1 - p) ** 0.5)),
    ("noise_at_its_maximum", _ddpm(lambda a, p: (1 - p) ** 0.5, lambda a, p: p**0.5, lambda a, p: 0 * a)),
    ("mean_is_x_0_pred", _ddpm(_std, lambda a, p: a**0, lambda a, p: 0 * a)),
    ("mean_is_x_0_pred", _ddpm(lambda a, p: (1 - p) ** 0.5, lambda a, p: a**0, lambda a, p: 0 * a)),
    ("inverts_one_step", lambda x, e, a, p, z: _undone(x, e, a, p) + along_first_axis(_std(a, p), z) * f64(z)),
    ("eps_and_z_swapped", lambda x, e, a, p, z: steps.ddpm_step(x, z, a, p, e)),
    *[(cause, _ddpm(_std, w_0, w_t)) for cause, w_0, w_t in WEIGHTS],
]


def _undone(x_t: Any, eps: Any, a: Any, p: Any) -> Array:
    """One forward step, from t − 1 to t, undone, with ε in the place of that step's own noise."""
    return (f64(x_t) - along_first_axis(_beta(a, p), x_t) ** 0.5 * f64(eps)) / along_first_axis(a / p, x_t) ** 0.5


# 2.1, 2.2, 2.6: scores and the reverse SDE


def _of_eps(factor: Formula) -> Formula:
    return lambda eps, a: along_first_axis(factor(a), eps) * f64(eps)


SCORES: Formulas = [
    ("score_sign", _of_eps(lambda a: (1 - a) ** -0.5)),
    ("score_multiplied", _of_eps(lambda a: -((1 - a) ** 0.5))),
    ("score_not_rooted", _of_eps(lambda a: -1 / (1 - a))),
    ("score_is_minus_eps", _of_eps(lambda a: -(a**0))),
    ("score_by_alpha_bar", _of_eps(lambda a: -(a**-0.5))),
]
TWEEDIES: Formulas = [
    ("tweedie_minus", lambda x, s, v: f64(x) - along_first_axis(v, x) * f64(s)),
    ("standard_deviation", lambda x, s, v: f64(x) + along_first_axis(v, x) ** 0.5 * f64(s)),
    ("variance_squared", lambda x, s, v: f64(x) + along_first_axis(v, x) ** 2 * f64(s)),
    ("variance_missing", lambda x, s, v: f64(x) + f64(s)),
    ("tweedie_divided", lambda x, s, v: steps.tweedie_mean(x, s, v) / along_first_axis(1 - v, x) ** 0.5),
]


def _sde(drift: Formula, noise: Formula = lambda b, dt: (b * dt) ** 0.5) -> Formula:
    """x + drift(x, score, β, dt) + noise(β, dt) z."""

    def step(x: Any, score: Any, beta: Any, dt: Any, z: Any) -> Array:
        b = along_first_axis(beta, x)
        return f64(x) + drift(f64(x), f64(score), b, dt) + noise(b, dt) * f64(z)

    return step


def _sde_drift(x: Any, s: Any, b: Any, dt: Any) -> Any:
    return (x / 2 + s) * b * dt


SDES: Formulas = [
    ("beta_squared", _sde(lambda x, s, b, dt: (b * x / 2 + b**2 * s) * dt, lambda b, dt: b * dt**0.5)),
    ("forward_drift", _sde(lambda x, s, b, dt: (s - x / 2) * b * dt)),
    ("time_not_turned", _sde(lambda x, s, b, dt: -_sde_drift(x, s, b, dt))),
    ("probability_flow", _sde(lambda x, s, b, dt: (x + s) / 2 * b * dt)),
    ("probability_flow", _sde(lambda x, s, b, dt: (x + s) / 2 * b * dt, lambda b, dt: 0.0)),
    ("dt_twice", _sde(lambda x, s, b, dt: (x / 2 * dt + s) * b * dt)),
    ("dt_twice", _sde(lambda x, s, b, dt: x / 2 * b * dt + s * b)),
    ("half_missing", _sde(lambda x, s, b, dt: (x + s) * b * dt)),
    ("noise_by_dt", _sde(_sde_drift, lambda b, dt: b**0.5 * dt)),
    ("noise_not_rooted", _sde(_sde_drift, lambda b, dt: b * dt)),
    ("noise_missing", _sde(_sde_drift, lambda b, dt: 0.0)),
]

# 2.7: σ, and with it what is wrong in steps and loops that have a σ of their own

SIGMAS: list[tuple[str, Callable[[Any, Any, float], Any]]] = [
    ("beta_outside_root", lambda a, p, eta: eta * ((1 - p) / (1 - a)) ** 0.5 * _beta(a, p)),
    ("extra_root", lambda a, p, eta: eta * _tilde(a, p) ** 0.25),
    ("variance_for_sigma", lambda a, p, eta: eta**2 * _tilde(a, p)),
    ("variance_for_sigma", lambda a, p, eta: eta * _tilde(a, p)),
    ("fixed_large", lambda a, p, eta: eta * _beta(a, p) ** 0.5),
    ("ratio_upside_down", lambda a, p, eta: eta * ((1 - a) / (1 - p) * _beta(a, p)) ** 0.5),
    ("noise_at_its_maximum", lambda a, p, eta: eta * (1 - p) ** 0.5),
    ("beta_is_a_difference", lambda a, p, eta: eta * ((1 - p) / (1 - a) * (p - a)) ** 0.5),
    ("sigma_between_the_two", lambda a, p, eta: eta * (_beta(a, p) * _tilde(a, p)) ** 0.25),
    ("eta_ignored", lambda a, p, eta: _tilde(a, p) ** 0.5),
    ("eta_squared", lambda a, p, eta: eta**2 * _tilde(a, p) ** 0.5),
    ("eta_under_root", lambda a, p, eta: (eta * _tilde(a, p)) ** 0.5),
    ("eta_at_most_one", lambda a, p, eta: min(eta, 1.0) * _tilde(a, p) ** 0.5),
    ("eta_is_a_switch", lambda a, p, eta: (eta > 0) * _tilde(a, p) ** 0.5),
    ("noise_missing", lambda a, p, eta: 0 * a),
    ("first_item", lambda a, p, eta: eta * _tilde(a, p).reshape(-1)[0] ** 0.5 + 0 * a),
]

OWN_SIGMAS = [(c, f) for c, f in SIGMAS if c not in ("first_item", "noise_missing", "eta_at_most_one")]

# 2.8, 2.9: the coefficients, and the step


def _omegas(radicand: Formula, bare: bool = False, sign: float = 1.0, keep: bool = False) -> Formula:
    """(ω₀, ω_t, 0) from another radicand(ᾱ_prev, σ); bare: ω_t is not divided; keep: ω₀ is √ᾱ_prev alone."""

    def coefficients(a: Any, p: Any, sigma: Any) -> tuple[Any, Any, float]:
        omega_t = sign * root(radicand(p, sigma)) / (1.0 if bare else (1 - a) ** 0.5)
        return p**0.5 - (0.0 if keep else 1.0) * a**0.5 * omega_t, omega_t, 0.0

    return coefficients


def kept(p: Any, sigma: Any) -> Any:
    return 1 - p - sigma**2


OMEGAS: Formulas = [
    ("direction_extra_root", lambda a, p, s: _extra_root(a, p, s)),
    ("negative_root", _omegas(kept, sign=-1.0)),
    ("omega_0_bare", _omegas(kept, keep=True)),
    ("omega_t_bare", _omegas(kept, bare=True)),
    ("omegas_of_x_0_and_eps", _omegas(kept, bare=True, keep=True)),
    ("posterior_only", lambda a, p, s: (_w_0(a, p), _w_t(a, p), 0.0)),
    ("direction_ignores_sigma", _omegas(lambda p, s: 1 - p)),
    ("sigma_not_squared", _omegas(lambda p, s: 1 - p - s)),
    ("direction_not_rooted", lambda a, p, s: _unrooted(a, p, s)),
    ("omegas_swapped", lambda a, p, s: (*_omegas(kept)(a, p, s)[1::-1], 0.0)),
]


def _extra_root(a: Any, p: Any, sigma: Any) -> tuple[Any, Any, float]:
    omega_t = root(root(kept(p, sigma)) / (1 - a))
    return p**0.5 - a**0.5 * omega_t, omega_t, 0.0


def _unrooted(a: Any, p: Any, sigma: Any) -> tuple[Any, Any, float]:
    omega_t = kept(p, sigma) / (1 - a)
    return p**0.5 - a**0.5 * omega_t, omega_t, 0.0


def right_sigma(a: Any, p: Any, eta: float) -> Any:
    return eta * _tilde(a, p) ** 0.5


def no_clip(x_0_pred: Any, eps: Any, x_t: Any, a: Any) -> tuple[Any, Any]:
    return x_0_pred, eps


def clipped(x_0_pred: Any, eps: Any, x_t: Any, a: Any) -> tuple[Any, Any]:
    return np.clip(x_0_pred, -1, 1), eps


def clipped_twice(x_0_pred: Any, eps: Any, x_t: Any, a: Any) -> tuple[Any, Any]:
    """x_0_pred clipped, and ε derived from it again."""
    x_0_pred = np.clip(x_0_pred, -1, 1)
    return x_0_pred, (x_t - a**0.5 * x_0_pred) / (1 - a) ** 0.5


def _ddim(
    sigma: Formula = right_sigma,
    noise: Formula | None = None,
    radicand: Formula = lambda a, p, s, eta: 1 - p - s**2,
    along: Formula = lambda eps, x_t: eps,
    change: Formula = no_clip,
) -> Formula:
    """A DDIM step with another σ, another noise(ᾱ_t, ᾱ_prev, η), radicand or direction, or a changed x_0_pred."""

    def step(x_t: Any, eps: Any, a: Any, p: Any, eta: float, z: Any) -> Array:
        a, p = along_first_axis(a, x_t), along_first_axis(p, x_t)
        s = sigma(a, p, eta)
        x_0_pred, eps = change(steps.predict_x_0(x_t, f64(a).reshape(-1) if a.ndim else a, eps), f64(eps), f64(x_t), a)
        direction = root(radicand(a, p, s, eta)) * along(eps, f64(x_t))
        return p**0.5 * x_0_pred + direction + (noise(a, p, eta) if noise else s) * f64(z)

    return step


def _with(x_t: Any, *terms: tuple[Any, Any]) -> Array:
    """The sum of factor · state."""
    return sum(along_first_axis(factor, x_t) * f64(state) for factor, state in terms)  # type: ignore[return-value]


def _stays(x_t: Any, eps: Any, a: Any, p: Any, eta: float, z: Any) -> Array:
    """ᾱ_t in the place of ᾱ_prev in both terms; σ_t is right."""
    sigma = right_sigma(a, p, eta)
    x_0_pred, direction = steps.predict_x_0(x_t, a, eps), root(1 - a - sigma**2)
    return _with(x_t, (a**0.5, x_0_pred), (direction, eps), (sigma, z))


def _swapped(x_t: Any, eps: Any, a: Any, p: Any, eta: float, z: Any) -> Array:
    """ε gets the factor of the fresh noise, and z that of the direction."""
    sigma = right_sigma(a, p, eta)
    return _with(x_t, (p**0.5, steps.predict_x_0(x_t, a, eps)), (root(1 - p - sigma**2), z), (sigma, eps))


def _with_omegas(coefficients: Formula) -> Formula:
    """A DDIM step that is right but for its own coefficients."""

    def step(x_t: Any, eps: Any, a: Any, p: Any, eta: float, z: Any) -> Array:
        sigma = right_sigma(a, p, eta)
        omega_0, omega_t, _ = coefficients(a, p, sigma)
        x_0_pred = steps.predict_x_0(x_t, a, eps)
        return _with(x_t, (omega_0, x_0_pred), (omega_t, x_t), (sigma, z))

    return step


DDIM_STEPS: Formulas = [
    *[(cause, _ddim(sigma=sigma)) for cause, sigma in OWN_SIGMAS],
    *[(cause, _ddim(noise=sigma)) for cause, sigma in OWN_SIGMAS if cause != "eta_squared"],  # that is eta_twice
    ("noise_missing", _ddim(noise=lambda a, p, eta: 0 * a)),
    # in a step, the factors of x_0_pred and ε on x_0_pred and x_t are a direction along x_t, which has a name below
    *[(cause, _with_omegas(omegas)) for cause, omegas in OMEGAS if cause != "omegas_of_x_0_and_eps"],
    ("eta_taken_as_zero", _ddim(sigma=lambda a, p, eta: 0 * a)),
    ("eta_twice", _ddim(noise=lambda a, p, eta: eta * right_sigma(a, p, eta))),
    ("direction_along_x_t", _ddim(along=lambda eps, x_t: x_t)),
    ("direction_without_eps", _ddim(along=lambda eps, x_t: 1.0)),
    ("direction_hidden_by_clamp", _ddim(radicand=lambda a, p, s, eta: 1 - p - eta**2 * (1 - a))),
    ("x_0_clipped", _ddim(change=clipped)),
    ("x_0_clipped", _ddim(change=clipped_twice)),
    ("noise_not_scaled", _ddim(noise=lambda a, p, eta: a**0)),
    ("predicts_with_the_target", _stays),
    ("eps_and_z_swapped", _swapped),
]


# 2.10: the sub-sequence

TIMESTEPS: Formulas = [
    ("range_from_zero", lambda T, S: np.arange(0, T, T // S)),
    ("range_from_zero", lambda T, S: np.arange(0, T, T // S)[:S]),
    ("range_from_one", lambda T, S: np.arange(1, T + 1, T // S)),
    ("range_from_one", lambda T, S: np.arange(1, T + 1, T // S)[:S]),
    ("range_from_one", lambda T, S: np.arange(0, T, T // S) + 1),
    ("multiples_of_the_stride", lambda T, S: np.arange(T // S, T + 1, T // S)),
    ("multiples_of_the_stride", lambda T, S: np.arange(T // S, T + 1, T // S)[:S]),
    ("multiples_of_the_stride", lambda T, S: np.append(np.arange(1, S) * (T // S), T)),
    ("range_down", lambda T, S: np.arange(T, 0, -(T // S))[::-1]),
    ("range_down_cut", lambda T, S: np.arange(T, 0, -(T // S))[:S][::-1]),
    ("descending", lambda T, S: (np.arange(1, S + 1) * T // S)[::-1]),
    ("descending", lambda T, S: np.round(np.arange(1, S + 1) * T / S)[::-1]),
    ("descending", lambda T, S: np.round(np.linspace(1, T, S))[::-1]),
    ("timesteps_zero_based", lambda T, S: np.round(np.linspace(0, T - 1, S))),
    ("timesteps_zero_based", lambda T, S: np.floor(np.linspace(0, T - 1, S))),
    ("timesteps_zero_based", lambda T, S: np.arange(1, S + 1) * T // S - 1),
    ("inexact_division", lambda T, S: np.floor(T / S * np.arange(1, S + 1))),
    ("inexact_division", lambda T, S: np.floor(np.float32(T / S) * np.arange(1, S + 1, dtype=np.float32))),
    ("inexact_division", lambda T, S: np.arange(T, 0, -T / S).round()[::-1]),
    ("inexact_division", lambda T, S: np.floor(np.arange(0, T, T / S) + T / S)),
    ("starts_at_zero", lambda T, S: np.round(np.linspace(0, T, S))),
    ("starts_at_zero", lambda T, S: np.floor(np.linspace(0, T, S))),
    ("starts_at_zero", lambda T, S: np.arange(S) * T // S),
    ("quadratic", lambda T, S: np.maximum(np.round(T * (np.arange(1, S + 1) / S) ** 2), np.arange(1, S + 1))),
    ("quadratic", lambda T, S: np.round(T * (np.arange(1, S + 1) / S) ** 2)),
    ("quadratic", lambda T, S: np.floor(np.linspace(0, (0.8 * T) ** 0.5, S) ** 2) + 1),
]


def _of_the_first_item(function: str) -> tuple[str, Formula]:
    """The right answer, but every item of the batch gets the first item's coefficients."""

    def formula(*args: Any) -> Any:
        return right(function, tuple(_first(each) if np.ndim(each) == 1 else each for each in args))

    return "first_item", formula


FORMULAS: dict[str, Formulas] = {
    "q_sample": [*JUMPS, _of_the_first_item("q_sample")],
    "predict_x_0": [*INVERSES, _of_the_first_item("predict_x_0")],
    "noise_prediction_loss": NOISE_LOSSES,
    "ddpm_posterior": [*POSTERIORS, _of_the_first_item("ddpm_posterior")],
    "ddpm_step": [*DDPM_STEPS, _of_the_first_item("ddpm_step")],
    "score_from_eps": [*SCORES, _of_the_first_item("score_from_eps")],
    "tweedie_mean": [*TWEEDIES, _of_the_first_item("tweedie_mean")],
    "score_matching_loss": SCORE_LOSSES,
    "reverse_sde_step": [*SDES, _of_the_first_item("reverse_sde_step")],
    "ddim_sigma": SIGMAS,
    "ddim_coefficients": [*OMEGAS, _of_the_first_item("ddim_coefficients")],
    "ddim_step": [*DDIM_STEPS, _of_the_first_item("ddim_step")],
    "ddim_timesteps": TIMESTEPS,
}


def right(function: str, args: tuple[Any, ...]) -> Any:
    """The right answer of a function that returns values (2.10 has several: see `schedule.is_even`)."""
    if function in ("noise_prediction_loss", "score_matching_loss"):
        examiner, *rest = args
        return getattr(losses, function)(examiner.model, *rest)[0]
    return getattr(steps, function)(*args)
