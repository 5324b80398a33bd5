"""The quiz's numbers once more, written apart from the bank and from the oracle: right answers and what mistakes give.

Plain Python floats. `RIGHT[question]` and `WRONG[question][cause]` take the numbers of the question by name.
"""

from math import sqrt

RIGHT = {
    "jump": lambda x_0, a, eps: sqrt(a) * x_0 + sqrt(1 - a) * eps,
    "predicted_data": lambda x_t, a, eps: (x_t - sqrt(1 - a) * eps) / sqrt(a),
    "score_of_noise": lambda eps, a: -eps / sqrt(1 - a),
    "score_of_state": lambda a, x_0, x_t: (sqrt(a) * x_0 - x_t) / (1 - a),
    "tweedie_data": lambda x_t, s, a: (x_t + (1 - a) * s) / sqrt(a),
    "langevin_step": lambda x, h, s, z: x + h * s + sqrt(2 * h) * z,
    "reverse_step": lambda x, s, beta, dt, z: x + beta * x * dt / 2 + beta * s * dt + sqrt(beta * dt) * z,
    "noisy_variance": lambda m, sigma: (m**2 + (-m) ** 2) / 2 + sigma**2,
    "weight_of_a_level": lambda a, b: (1 - b) / (1 - a),
    "score_of_noisy_gaussian": lambda v, a, x_t: -x_t / (a * v + 1 - a),
    "hint_2": lambda s, k, r: r**2 + k**2 * s**2,
    "variance_of_the_marginal": lambda omega_t, sigma, a: sigma**2 + omega_t**2 * (1 - a),
    "mean_of_the_marginal": lambda omega_0, omega_t, a, x_0: omega_0 * x_0 + omega_t * sqrt(a) * x_0,
    "omega_t": lambda a, p, sigma: sqrt((1 - p - sigma**2) / (1 - a)),
    "omega_0": lambda a, p, sigma: sqrt(p) - sqrt(a) * sqrt((1 - p - sigma**2) / (1 - a)),
    "largest_sigma": lambda a, p: sqrt(1 - p),
    "posterior_variance": lambda a, p: (1 - p) / (1 - a) * (1 - a / p),
    "deterministic_step": lambda x_t, eps, a, p: sqrt(p) * (x_t - sqrt(1 - a) * eps) / sqrt(a) + sqrt(1 - p) * eps,
    "mean_with_noise": lambda x_t, eps, a, p, sigma: (
        sqrt(p) * (x_t - sqrt(1 - a) * eps) / sqrt(a) + sqrt(1 - p - sigma**2) * eps
    ),
    "ddpm_mean": lambda x_t, eps, alpha, a: (x_t - (1 - alpha) / sqrt(1 - a) * eps) / sqrt(alpha),
    "sigma_of_a_pair": lambda eta, a, p: eta * sqrt((1 - p) / (1 - a) * (1 - a / p)),
    "beta_of_a_pair": lambda t, before, prev, a, q, p: 1 - a / p,
    "fid_of_gaussians": lambda m, s, n, r: (m - n) ** 2 + s**2 + r**2 - 2 * s * r,
}


def x_0(x_t, eps, a):
    return (x_t - sqrt(1 - a) * eps) / sqrt(a)


def mean(omega_0, omega_t, x_t, eps, a):
    return omega_0 * x_0(x_t, eps, a) + omega_t * x_t


WRONG = {
    "jump": {
        "noise_not_rooted": lambda x_0, a, eps: sqrt(a) * x_0 + (1 - a) * eps,
        "factors_swapped": lambda x_0, a, eps: sqrt(1 - a) * x_0 + sqrt(a) * eps,
        "noise_sign": lambda x_0, a, eps: sqrt(a) * x_0 - sqrt(1 - a) * eps,
    },
    "predicted_data": {
        "not_divided": lambda x_t, a, eps: x_t - sqrt(1 - a) * eps,
        "noise_sign": lambda x_t, a, eps: (x_t + sqrt(1 - a) * eps) / sqrt(a),
        "noise_not_rooted": lambda x_t, a, eps: (x_t - (1 - a) * eps) / sqrt(a),
    },
    "score_of_noise": {
        "score_sign": lambda eps, a: eps / sqrt(1 - a),
        "score_not_rooted": lambda eps, a: -eps / (1 - a),
        "score_multiplied": lambda eps, a: -eps * sqrt(1 - a),
    },
    "score_of_state": {
        "score_sign": lambda a, x_0, x_t: (x_t - sqrt(a) * x_0) / (1 - a),
        "score_is_minus_eps": lambda a, x_0, x_t: -(x_t - sqrt(a) * x_0) / sqrt(1 - a),
        "score_from_unscaled_data": lambda a, x_0, x_t: -(x_t - x_0) / (1 - a),
    },
    "tweedie_data": {
        "not_divided": lambda x_t, s, a: x_t + (1 - a) * s,
        "tweedie_minus": lambda x_t, s, a: (x_t - (1 - a) * s) / sqrt(a),
        "standard_deviation": lambda x_t, s, a: (x_t + sqrt(1 - a) * s) / sqrt(a),
    },
    "langevin_step": {
        "downhill": lambda x, h, s, z: x - h * s + sqrt(2 * h) * z,
        "ncsn_half_step": lambda x, h, s, z: x + h / 2 * s + sqrt(h) * z,
        "noise_not_rooted": lambda x, h, s, z: x + h * s + 2 * h * z,
    },
    "reverse_step": {
        "forward_drift": lambda x, s, beta, dt, z: x - beta * x * dt / 2 + beta * s * dt + sqrt(beta * dt) * z,
        "time_not_turned": lambda x, s, beta, dt, z: x - beta * x * dt / 2 - beta * s * dt + sqrt(beta * dt) * z,
        "noise_not_rooted": lambda x, s, beta, dt, z: x + beta * x * dt / 2 + beta * s * dt + beta * dt * z,
    },
    "noisy_variance": {
        "conditional_for_marginal": lambda m, sigma: sigma**2,
        "deviations_added": lambda m, sigma: (m + sigma) ** 2,
        "square_missing": lambda m, sigma: m**2 + sigma,
    },
    "weight_of_a_level": {
        "one_scale": lambda a, b: 1,
        "square_missing": lambda a, b: sqrt(1 - b) / sqrt(1 - a),
        "upside_down": lambda a, b: (1 - a) / (1 - b),
    },
    "score_of_noisy_gaussian": {
        "conditional_for_marginal": lambda v, a, x_t: -(x_t - sqrt(a) * 0) / (1 - a),
        "standard_deviation": lambda v, a, x_t: -x_t / sqrt(a * v + 1 - a),
        "signal_not_scaled": lambda v, a, x_t: -x_t / (v + 1 - a),
    },
    "hint_2": {
        "square_missing": lambda s, k, r: r**2 + abs(k) * s**2,
        "factor_missing": lambda s, k, r: r**2 + s**2,
        "deviations_added": lambda s, k, r: (r + abs(k * s)) ** 2,
    },
    "variance_of_the_marginal": {
        "square_missing": lambda omega_t, sigma, a: sigma**2 + omega_t * (1 - a),
        "sigma_not_squared": lambda omega_t, sigma, a: sigma + omega_t**2 * (1 - a),
        "one_minus_missing": lambda omega_t, sigma, a: sigma**2 + omega_t**2 * a,
    },
    "mean_of_the_marginal": {
        "mean_not_scaled": lambda omega_0, omega_t, a, x_0: omega_0 * x_0 + omega_t * x_0,
        "signal_not_rooted": lambda omega_0, omega_t, a, x_0: omega_0 * x_0 + omega_t * a * x_0,
        "term_missing": lambda omega_0, omega_t, a, x_0: omega_0 * x_0,
    },
    "omega_t": {
        "direction_ignores_sigma": lambda a, p, sigma: sqrt((1 - p) / (1 - a)),
        "omega_t_bare": lambda a, p, sigma: sqrt(1 - p - sigma**2),
        "direction_not_rooted": lambda a, p, sigma: (1 - p - sigma**2) / (1 - a),
    },
    "omega_0": {
        "omega_0_bare": lambda a, p, sigma: sqrt(p),
        "negative_root": lambda a, p, sigma: sqrt(p) + sqrt(a) * sqrt((1 - p - sigma**2) / (1 - a)),
        "omegas_swapped": lambda a, p, sigma: sqrt((1 - p - sigma**2) / (1 - a)),
    },
    "largest_sigma": {
        "variance_for_sigma": lambda a, p: 1 - p,
        "alpha_bar_t_for_prev": lambda a, p: sqrt(1 - a),
        "one_minus_missing": lambda a, p: sqrt(p),
    },
    "posterior_variance": {
        "standard_deviation": lambda a, p: sqrt((1 - p) / (1 - a) * (1 - a / p)),
        "fixed_large": lambda a, p: 1 - a / p,
        "beta_is_a_difference": lambda a, p: (1 - p) / (1 - a) * (p - a),
    },
    "deterministic_step": {
        "direction_along_x_t": lambda x_t, eps, a, p: sqrt(p) * x_0(x_t, eps, a) + sqrt(1 - p) * x_t,
        "direction_without_eps": lambda x_t, eps, a, p: sqrt(p) * x_0(x_t, eps, a) + sqrt(1 - p),
        "predicts_with_the_target": lambda x_t, eps, a, p: sqrt(a) * x_0(x_t, eps, a) + sqrt(1 - a) * eps,
    },
    "mean_with_noise": {
        "direction_ignores_sigma": lambda x_t, eps, a, p, sigma: sqrt(p) * x_0(x_t, eps, a) + sqrt(1 - p) * eps,
        "direction_not_rooted": lambda x_t, eps, a, p, sigma: mean(
            sqrt(p) - sqrt(a) * (1 - p - sigma**2) / (1 - a), (1 - p - sigma**2) / (1 - a), x_t, eps, a
        ),
        "negative_root": lambda x_t, eps, a, p, sigma: sqrt(p) * x_0(x_t, eps, a) - sqrt(1 - p - sigma**2) * eps,
    },
    "ddpm_mean": {
        "inverts_one_step": lambda x_t, eps, alpha, a: (x_t - sqrt(1 - alpha) * eps) / sqrt(alpha),
        "mean_is_x_0_pred": lambda x_t, eps, alpha, a: x_0(x_t, eps, a),
        "noise_not_rooted": lambda x_t, eps, alpha, a: (x_t - (1 - alpha) / (1 - a) * eps) / sqrt(alpha),
    },
    "sigma_of_a_pair": {
        "beta_outside_root": lambda eta, a, p: eta * sqrt((1 - p) / (1 - a)) * (1 - a / p),
        "variance_for_sigma": lambda eta, a, p: eta**2 * (1 - p) / (1 - a) * (1 - a / p),
        "eta_squared": lambda eta, a, p: eta**2 * sqrt((1 - p) / (1 - a) * (1 - a / p)),
    },
    "beta_of_a_pair": {
        "table_beta_on_subsequence": lambda t, before, prev, a, q, p: 1 - a / q,
        "beta_is_a_difference": lambda t, before, prev, a, q, p: p - a,
        "one_minus_missing": lambda t, before, prev, a, q, p: a / p,
    },
    "fid_of_gaussians": {
        "fid_of_variances": lambda m, s, n, r: (m - n) ** 2 + (s**2 - r**2) ** 2,
        "fid_of_means": lambda m, s, n, r: (m - n) ** 2,
        "fid_not_squared": lambda m, s, n, r: abs(m - n) + abs(s - r),
    },
}

# Chains on S even steps of the linear schedule with T = 1000, and data N(0, 0.5²)

ALPHA_BAR = [1.0]
for _t in range(1000):
    ALPHA_BAR.append(ALPHA_BAR[-1] * (1 - (1e-4 + _t * (0.02 - 1e-4) / 999)))


def chain(cause, S, eta):
    """(t, ω₀, ω_t, σ_t) of each step, from the noisiest; where noise alone is wrong, ω₀ and ω_t are right."""
    for i in range(S, 0, -1):
        t, prev = 1000 * i // S, 1000 * (i - 1) // S
        a, p = ALPHA_BAR[t], ALPHA_BAR[prev]
        ratio, beta = (1 - p) / (1 - a), 1 - a / p
        sigma = {
            "table_beta_on_subsequence": eta * sqrt(ratio * (1 - a / ALPHA_BAR[t - 1])),
            "beta_outside_root": eta * sqrt(ratio) * beta,
            "eta_ignored": sqrt(ratio * beta),
            "eta_squared": eta**2 * sqrt(ratio * beta),
        }.get(cause, eta * sqrt(ratio * beta))
        omega_t = sqrt(max(1 - p - sigma**2, 0) / (1 - a))
        yield t, sqrt(p) - sqrt(a) * omega_t, omega_t, 0.0 if cause == "noise_missing" else sigma


def spread(cause, S, eta):
    """The standard deviation of what the chain puts out, from x_T ~ N(0, 1), with E[x_0 | x_t] for x_0."""
    variance = 0.0 if cause == "starts_from_zeros" else 1.0
    for t, omega_0, omega_t, sigma in chain(cause, S, eta):
        a = ALPHA_BAR[t]
        variance = (omega_t + omega_0 * sqrt(a) * 0.25 / (a * 0.25 + 1 - a)) ** 2 * variance + sigma**2
    return sqrt(variance)


def recovered(cause, a, p, sigma):
    """ω₀, ω_t and σ_t of a step with one mistake; "": the right ones."""
    right = sqrt((1 - p - sigma**2) / (1 - a))
    omega_t = {"direction_ignores_sigma": sqrt((1 - p) / (1 - a)), "negative_root": -right}.get(cause, right)
    omega_0 = sqrt(p) if cause == "omega_0_bare" else sqrt(p) - sqrt(a) * omega_t
    return omega_0, omega_t, 0.0 if cause == "noise_missing" else sigma
