"""The oracle against facts it does not compute itself: quadrature, finite differences, closed-form gains."""

import math
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import gaussian, losses, samplers, schedule, steps
from oracle.arrays import along_first_axis

quick = settings(derandomize=True, deadline=None, max_examples=40, database=None)
rng = np.random.default_rng
close = np.testing.assert_allclose

TABLES = [make(T) for T in (10, 50, 1000) for make in (schedule.linear_alpha_bar, schedule.cosine_alpha_bar)]
LINEAR = TABLES[4]
etas = st.sampled_from([0.0, 0.3, 0.5, 1.0])
unit = st.floats(0, 1)
normal = st.floats(-3, 3)


@st.composite
def chains(draw, tables=TABLES):
    """A table and a tau on it: any non-empty subset of 1..T."""
    alpha_bar = draw(st.sampled_from(tables))
    tau = draw(st.sets(st.integers(1, len(alpha_bar) - 1), min_size=1, max_size=12))
    return alpha_bar, np.array(sorted(tau))


@st.composite
def pairs(draw):
    """(alpha_bar_t, alpha_bar_prev) of any two steps of a table, alpha_bar_prev = 1 included."""
    alpha_bar = draw(st.sampled_from(TABLES))
    t = draw(st.integers(1, len(alpha_bar) - 1))
    return alpha_bar[t], alpha_bar[draw(st.one_of(st.just(t - 1), st.integers(0, t - 1)))]


def density(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def silence():
    return 0.0


# schedule


def test_linear_alpha_bar_has_even_betas():
    beta = 1 - LINEAR[1:] / LINEAR[:-1]
    assert LINEAR.shape == (1001,) and LINEAR.dtype == np.float64 and LINEAR[0] == 1
    close(beta[[0, -1]], [1e-4, 0.02], rtol=1e-11)
    close(np.diff(beta), (0.02 - 1e-4) / 999, rtol=1e-9)
    assert LINEAR[1000] == pytest.approx(4.0358e-5, rel=1e-4)  # the known end of DDPM's schedule


@pytest.mark.parametrize("T", [1, 10, 1000])
def test_cosine_alpha_bar_is_f_over_f_0_until_beta_is_clipped(T):
    alpha_bar, t = schedule.cosine_alpha_bar(T), np.arange(T)
    f = 1 + np.cos((t / T + 0.008) / 1.008 * np.pi)  # 2 cos² θ = 1 + cos 2θ
    assert alpha_bar.shape == (T + 1,) and alpha_bar[0] == 1
    close(alpha_bar[:-1], f / f[0], rtol=1e-10)
    assert alpha_bar[-1] / alpha_bar[-2] == pytest.approx(0.001)  # beta_T = 0.999


@quick
@given(st.data(), st.integers(1, 300), st.sampled_from(["trailing", "linspace"]))
def test_even_timesteps_are_the_nearest_integers(data, T, start):
    S = data.draw(st.integers(1, T))
    tau = schedule.even_timesteps(T, S, start)
    first = 1 if start == "linspace" and S > 1 else Fraction(T, S)
    assert tau.dtype == np.int64 and tau[-1] == T and len(tau) == S and schedule.is_even(tau, T, S)
    ideal = [first + Fraction(i, max(S - 1, 1)) * (T - first) for i in range(S)]
    assert all(abs(int(t) - x) <= Fraction(1, 2) for t, x in zip(tau, ideal, strict=True))
    assert all(s < t for s, t in pairwise(tau))


@pytest.mark.parametrize("arguments", [(10, 0), (10, 11), (10, 5, "leading")])
def test_even_timesteps_refuses(arguments):
    with pytest.raises(ValueError, match="expected"):
        schedule.even_timesteps(*arguments)


@pytest.mark.parametrize(
    ("tau", "T", "even"),
    [
        ([10, 20, 30], 30, True),
        ([11, 19, 30], 30, True),  # within 1 of trailing
        ([2, 15, 30], 30, True),  # within 1 of linspace: 1, 15.5, 30
        ([1, 16, 30], 30, True),
        ([12, 20, 30], 30, False),
        ([1, 17, 30], 30, False),
        ([1, 20, 30], 30, False),  # half of either
        ([10, 20, 29], 30, False),
        ([1, 11, 21], 30, False),  # leading
        ([20, 10, 30], 30, False),
        ([2, 1, 3, 4], 4, False),  # each within 1, but not ascending
        ([1, 3, 3, 4], 4, False),
        ([30], 30, True),
        ([29], 30, False),
        ([0, 2, 3], 3, False),  # 0 is no step
        ([1, 2, 3], 3, True),
        ([10.0, 20.0, 30.0], 30, False),
        ([[10, 20, 30]], 30, False),
    ],
)
def test_is_even(tau, T, even):
    assert schedule.is_even(np.array(tau), T, np.shape(tau)[-1]) is even


def test_is_even_counts_the_steps():
    assert not schedule.is_even(np.array([10, 20, 30]), 30, 4)
    assert not schedule.is_even(np.array([], np.int64), 30, 0)


# steps


def test_along_first_axis_takes_one_coefficient_an_item():
    state, c = np.ones((3, 3, 3)), np.array([1.0, 2.0, 3.0])
    assert [np.unique(item).tolist() for item in along_first_axis(c, state) * state] == [[1], [2], [3]]
    assert along_first_axis(2, state).shape == ()
    for wrong in (np.ones(2), np.ones((3, 1)), np.ones(1)):
        with pytest.raises(ValueError, match="shape"):
            along_first_axis(wrong, state)


def test_q_sample_is_the_forward_steps_put_together():
    mean, variance = 1.0, 0.0
    for t in range(1, 1001):
        beta = 1 - LINEAR[t] / LINEAR[t - 1]
        mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        if t % 100 == 0:
            close(
                steps.q_sample([[1.0, 0.0]], LINEAR[t], [[0.0, 1.0]]),
                [[mean, math.sqrt(variance)]],
                rtol=1e-11,
            )


@quick
@given(pairs(), normal, normal)
def test_predict_x_0_undoes_q_sample(pair, x_0, e):
    x_t = steps.q_sample([x_0], pair[0], [e])
    close(steps.predict_x_0(x_t, pair[0], [e]), [x_0], atol=1e-15 / math.sqrt(pair[0]) * 20)


@quick
@given(pairs().filter(lambda pair: pair[1] < 1), normal, normal)
def test_ddpm_posterior_is_bayes_rule_on_a_grid(pair, x_0, u):
    a, a_prev = pair
    x_t = math.sqrt(a) * x_0 + math.sqrt(1 - a) * u
    grid = math.sqrt(a_prev) * x_0 + math.sqrt(1 - a_prev) * np.linspace(-12, 12, 4001)
    alpha = a / a_prev
    weight = density(grid, math.sqrt(a_prev) * x_0, 1 - a_prev) * density(x_t, np.sqrt(alpha) * grid, 1 - alpha)
    weight /= weight.sum()
    mean, variance = steps.ddpm_posterior([x_0], [x_t], a, a_prev)
    close(mean, [(weight * grid).sum()], atol=1e-10)
    close(variance, (weight * (grid - mean) ** 2).sum(), rtol=1e-9)
    assert np.shape(variance) == ()


def test_ddpm_posterior_at_the_last_step_is_x_0():
    mean, variance = steps.ddpm_posterior([0.3], [7.0], LINEAR[1], 1.0)
    assert mean.tolist() == [0.3] and variance == 0


def test_ddpm_posterior_gives_the_figures_of_the_errata():
    """0.6965, and 0.6674 as the slide prints it, at t = 500: x_0 = 0.2 and x_t = 0.7 were inferred."""
    a, a_prev = LINEAR[500], LINEAR[499]
    alpha, beta = a / a_prev, 1 - a / a_prev
    misprint = (math.sqrt(alpha) * (1 - a_prev) * 0.7 - math.sqrt(a_prev) * beta * 0.2) / math.sqrt(1 - a)
    mean, variance = steps.ddpm_posterior([0.2], [0.7], a, a_prev)
    assert (round(float(mean[0]), 4), round(misprint, 4)) == (0.6965, 0.6674)
    assert round(math.sqrt(variance), 3) == 0.100  # not 0.010


@quick
@given(pairs(), normal, normal, normal)
def test_ddpm_step_is_the_posterior_at_x_0_pred(pair, x_0, e, z):
    a, a_prev = pair
    mean, variance = steps.ddpm_posterior([x_0], steps.q_sample([x_0], a, [e]), a, a_prev)
    x_prev = steps.ddpm_step(steps.q_sample([x_0], a, [e]), [e], a, a_prev, [z])
    close(x_prev, mean + np.sqrt(variance) * z, atol=1e-13 / math.sqrt(a))


@quick
@given(pairs(), normal, normal)
def test_score_is_the_slope_of_the_log_density(pair, x_0, e):
    a, h = pair[0], 1e-3 * math.sqrt(1 - pair[0])
    x_t = math.sqrt(a) * x_0 + math.sqrt(1 - a) * e
    up, down = (math.log(density(x_t + d, math.sqrt(a) * x_0, 1 - a)) for d in (h, -h))
    close(steps.score_from_eps([e], a), [(up - down) / (2 * h)], rtol=1e-6, atol=1e-8 / h)


@quick
@given(normal, st.floats(0.2, 2))
def test_tweedie_mean_is_bayes_rule_for_two_points(x, variance):
    weights, points, h = np.array([0.3, 0.7]), np.array([-1.0, 2.0]), 1e-4
    marginal = [(weights * density(x + d, points, variance)).sum() for d in (-h, 0, h)]
    score = (math.log(marginal[2]) - math.log(marginal[0])) / (2 * h)
    posterior = weights * density(x, points, variance) / marginal[1]
    close(steps.tweedie_mean([x], [score], variance), [(posterior * points).sum()], atol=1e-6)


@quick
@given(st.floats(0.01, 0.4), st.floats(0.5, 2))
def test_langevin_steps_settle_at_the_target(step_size, std):
    gain = steps.langevin_step([1.0], [-1.0 / std**2], step_size, [0.0])[0]
    noise = steps.langevin_step([0.0], [0.0], step_size, [1.0])[0]
    bias = 1 / (1 - step_size / (2 * std**2))  # of the discrete chain's variance
    close(noise**2 / (1 - gain**2), std**2 * bias, rtol=1e-11)


@quick
@given(st.floats(0.1, 20), st.floats(0.1, 3), st.floats(-3, 3))
def test_reverse_sde_step_runs_the_marginals_back(beta, variance, mean):
    """Forward, dV/dt = beta (1 - V) and dm/dt = -½ beta m; a reverse step undoes both, to first order."""
    dt = 1e-6 / beta
    gain = steps.reverse_sde_step([1.0], [-1 / variance], beta, dt, [0.0])[0]
    noise = steps.reverse_sde_step([0.0], [0.0], beta, dt, [1.0])[0]
    moved = (gain**2 * variance + noise**2 - variance) / dt
    close(moved, -beta * (1 - variance), atol=1e-3 * beta)
    moved = (steps.reverse_sde_step([mean], [0.0], beta, dt, [0.0])[0] - mean) / dt
    close(moved, beta * mean / 2, atol=1e-8 * beta)


@quick
@given(pairs(), unit)
def test_ddim_coefficients_preserve_the_marginal(pair, fraction):
    a, a_prev = pair
    sigma = fraction * steps.ddim_sigma_max(a_prev)
    omega_0, omega_t, b = steps.ddim_coefficients(a, a_prev, sigma)
    assert omega_t >= 0 and b == 0
    mean_factor, variance = steps.ddim_marginal(omega_0, omega_t, b, sigma, a)
    close([mean_factor, variance], [math.sqrt(a_prev), 1 - a_prev], rtol=0, atol=1e-14)


@quick
@given(normal, normal, normal, unit, unit)
def test_ddim_marginal_is_the_integral_over_x_t_and_z(omega_0, omega_t, b, sigma, a):
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)  # exact up to degree 5
    weights = np.outer(weights, weights) / (2 * np.pi)
    x_t = math.sqrt(a) + math.sqrt(1 - a) * nodes[:, None]  # given x_0 = 1
    x_prev = omega_0 + omega_t * x_t + b + sigma * nodes[None, :]
    mean = (weights * x_prev).sum()
    expected = mean, (weights * (x_prev - mean) ** 2).sum()
    close(steps.ddim_marginal(omega_0, omega_t, b, sigma, a), expected, atol=1e-12)


@quick
@given(pairs(), normal, normal)
def test_ddim_at_sigma_max_keeps_no_old_noise(pair, x_0, e):
    a, a_prev = pair
    sigma_max = steps.ddim_sigma_max(a_prev)
    close(sigma_max**2 + a_prev, 1, rtol=1e-15)
    for sigma in (sigma_max, sigma_max * (1 + 1e-14)):
        omega_0, omega_t, _ = steps.ddim_coefficients(a, a_prev, sigma)
        close(omega_0, math.sqrt(a_prev), rtol=1e-15)
        assert omega_t == 0
    for sigma in (sigma_max + 1e-3, -1e-3, math.nan):
        with pytest.raises(ValueError, match="sigma_t"):
            steps.ddim_coefficients(a, a_prev, sigma)


@quick
@given(pairs(), etas, normal, normal, normal)
def test_ddim_step_turns_part_of_the_old_noise_into_new(pair, eta, x_0, e, z):
    a, a_prev = pair
    sigma = eta * math.sqrt((1 - a_prev) / (1 - a) * (1 - a / a_prev))
    close(steps.ddim_sigma(a, a_prev, eta), sigma, rtol=1e-11)
    x_prev = steps.ddim_step(steps.q_sample([x_0], a, [e]), [e], a, a_prev, eta, [z])
    kept = math.sqrt(max(1 - a_prev - sigma**2, 0))
    close(x_prev, [math.sqrt(a_prev) * x_0 + kept * e + sigma * z], atol=1e-13 / math.sqrt(a))


@quick
@given(pairs(), normal, normal, normal)
def test_eta_1_is_ddpm_on_any_pair(pair, x_t, e, z):
    """Bayes' rule on one side, the marginal conditions on the other."""
    expected = steps.ddpm_step([x_t], [e], *pair, [z])
    close(steps.ddim_step([x_t], [e], *pair, 1.0, [z]), expected, atol=1e-13 / math.sqrt(pair[0]))


def test_batched_coefficients_are_one_item_each():
    a, a_prev, x = (
        LINEAR[[1, 500, 1000]],
        LINEAR[[0, 490, 20]],
        rng(0).normal(size=(3, 3, 3)),
    )  # B == D on purpose
    e, z, s = rng(1).normal(size=(3, 3, 3, 3))
    calls = {
        "q_sample": lambda i: steps.q_sample(x[i], a[i], e[i]),
        "predict_x_0": lambda i: steps.predict_x_0(x[i], a[i], e[i]),
        "posterior mean": lambda i: steps.ddpm_posterior(x[i], e[i], a[i], a_prev[i])[0],
        "posterior variance": lambda i: steps.ddpm_posterior(x[i], e[i], a[i], a_prev[i])[1],
        "ddpm_step": lambda i: steps.ddpm_step(x[i], e[i], a[i], a_prev[i], z[i]),
        "score_from_eps": lambda i: steps.score_from_eps(e[i], a[i]),
        "tweedie_mean": lambda i: steps.tweedie_mean(x[i], s[i], a[i]),
        "reverse_sde_step": lambda i: steps.reverse_sde_step(x[i], s[i], a[i], 0.1, z[i]),
        "ddim_step": lambda i: steps.ddim_step(x[i], e[i], a[i], a_prev[i], 0.5, z[i]),
        "eps": lambda i: gaussian.GaussianData(0.1, 0.5).eps(x[i], a[i]),
    }
    for name, call in calls.items():
        alone = [call(slice(i, i + 1))[0] for i in range(3)]
        np.testing.assert_array_equal(call(slice(None)), alone, err_msg=name)


# samplers


def test_step_pairs_end_at_clean_data():
    expected = [(7, 3, LINEAR[7], LINEAR[3]), (3, 1, LINEAR[3], LINEAR[1]), (1, 0, LINEAR[1], 1.0)]
    assert samplers.step_pairs(LINEAR, np.array([1, 3, 7])) == expected
    for tau in ([], [0, 5], [5, 5], [9, 5], [5, 1001]):
        with pytest.raises(ValueError, match="ascend"):
            samplers.step_pairs(LINEAR, tau)


@pytest.mark.parametrize(
    ("sample", "asked"),
    [
        (lambda model, x, noise: samplers.ddim_sample(model, x, LINEAR, [2, 5, 9], 0.5, noise), [9, 5, 2]),
        (lambda model, x, noise: samplers.ddim_sample(model, x, LINEAR, [2, 5, 9], 0.0, noise), [9, 5, 2]),
        (lambda model, x, noise: samplers.ddpm_sample(model, x, LINEAR[:4], noise), [3, 2, 1]),
        (lambda model, x, _: samplers.ddim_invert(model, x, LINEAR, [2, 5, 9]), [2, 5, 9]),
        (lambda model, x, _: samplers.ddim_invert(model, x, LINEAR, [2, 5, 9], at_present=True), [1, 2, 5]),
    ],
)
def test_samplers_ask_the_model_and_the_noise_once_a_step(sample, asked):
    times, drawn, x = [], [], rng(0).normal(size=(2, 3)).astype(np.float32)
    x.flags.writeable = False

    def model(x, t):
        assert x.shape == (2, 3) and x.dtype == np.float64 and t.shape == (2,) and t.dtype == np.int64
        times.append(t[0])
        return np.sin(x) + t[:, None]

    out = sample(model, x, lambda: drawn.append(1) or np.ones((2, 3)))
    assert times == asked and len(drawn) in (0, 3) and (asked[0] < asked[-1]) == (not drawn)
    assert out.shape == x.shape and out.dtype == np.float64


@quick
@given(chains(TABLES[::2]), normal, normal)
def test_a_constant_answer_is_taken_away_whatever_tau(chain, x_0, e):
    alpha_bar, tau = chain
    x_T = steps.q_sample([[x_0]], alpha_bar[tau[-1]], [[e]])
    close(samplers.ddim_sample(lambda x, t: [[e]], x_T, alpha_bar, tau, 0.0, silence), [[x_0]], atol=1e-11)
    close(samplers.ddim_invert(lambda x, t: [[e]], [[x_0]], alpha_bar, tau), x_T, atol=1e-11)


@quick
@given(chains(), normal)
def test_a_silent_model_divides_by_the_signal(chain, x_T):
    alpha_bar, tau = chain
    out = samplers.ddim_sample(lambda x, t: 0 * x, [[x_T]], alpha_bar, tau, 0.0, silence)
    close(out, [[x_T / math.sqrt(alpha_bar[tau[-1]])]], rtol=1e-13)


@quick
@given(chains(), etas, normal, normal)
def test_a_point_mass_is_found_from_anywhere(chain, eta, point, x_T):
    alpha_bar, tau = chain
    data, noise = gaussian.GaussianData(point, 0.0), rng(0)
    out = samplers.ddim_sample(
        lambda x, t: data.eps(x, alpha_bar[t]),
        [[x_T]],
        alpha_bar,
        tau,
        eta,
        lambda: noise.normal(size=(1, 1)),
    )
    close(out, [[point]], atol=1e-13 / math.sqrt(alpha_bar[tau[0]]))
    close(data.ddim_output(alpha_bar, tau, eta), [point, 0], atol=1e-11)


@quick
@given(chains(), st.floats(0.1, 2))
def test_the_gain_of_ddim_on_gaussian_data(chain, std):
    alpha_bar, tau = chain
    data, gain, a_prev = gaussian.GaussianData(0.0, std), 1.0, 1.0
    for a in alpha_bar[tau]:
        overlap = math.sqrt(a_prev * a) * std**2 + math.sqrt((1 - a_prev) * (1 - a))
        gain, a_prev = gain * overlap / (a * std**2 + 1 - a), a
    out = samplers.ddim_sample(lambda x, t: data.eps(x, alpha_bar[t]), [[1.0]], alpha_bar, tau, 0.0, silence)
    atol = 1e-13 + 1e-15 / math.sqrt(alpha_bar[tau[-1]])  # x_0 is a difference, divided by this root
    close([out[0, 0], data.ddim_output(alpha_bar, tau, 0.0)[1]], gain, rtol=1e-11, atol=atol)


@quick
@given(chains(), st.integers(0, 999))
def test_the_gain_on_unit_data_is_a_product_of_cosines_and_grows_with_tau(chain, extra):
    alpha_bar, tau = chain
    data, phi = gaussian.GaussianData(0.0, 1.0), np.arccos(np.sqrt(alpha_bar[[0, *tau]]))
    _, gain = data.ddim_output(alpha_bar, tau, 0.0)
    close(gain, np.prod(np.cos(np.diff(phi))), rtol=1e-9, atol=1e-12)
    finer = np.unique([*tau, 1 + extra % tau[-1]])
    assert data.ddim_output(alpha_bar, finer, 0.0)[1] >= gain - 1e-14


@pytest.mark.parametrize("alpha_bar", TABLES[:4])
def test_ddpm_is_ddim_at_eta_1_on_the_full_chain(alpha_bar):
    data, T = gaussian.GaussianData([0.5, -0.2], [0.3, 1.5]), len(alpha_bar) - 1
    z, x_T = rng(0).normal(size=(T, 4, 2)), rng(1).normal(size=(4, 2))

    def model(x, t):
        return data.eps(x, alpha_bar[t]) + 0.1 * np.sin(x)

    ddpm = samplers.ddpm_sample(model, x_T, alpha_bar, iter(z).__next__)
    ddim = samplers.ddim_sample(model, x_T, alpha_bar, range(1, T + 1), 1.0, iter(z).__next__)
    close(ddim, ddpm, atol=1e-10)
    close(data.ddim_output(alpha_bar, range(1, T + 1), 1.0), data.ddpm_output(alpha_bar), atol=1e-11)


@pytest.mark.parametrize("at_present", [False, True])
def test_inversion_undoes_sampling_better_with_more_steps(at_present):
    data, x_0, errors = gaussian.GaussianData(0.2, 0.5), np.array([[0.9], [-0.4]]), []
    for S in (10, 100, 1000):
        tau = schedule.even_timesteps(1000, S)
        x_T = samplers.ddim_invert(lambda x, t: data.eps(x, LINEAR[t]), x_0, LINEAR, tau, at_present)
        back = samplers.ddim_sample(lambda x, t: data.eps(x, LINEAR[t]), x_T, LINEAR, tau, 0.0, silence)
        errors.append(np.abs(back - x_0).max())
    assert errors[2] < errors[1] / 5 < errors[0] / 10 and errors[2] < 0.01


def test_langevin_samples_decay_to_the_mean_as_a_power():
    noise = iter([[[0.0]]] * 7 + [[[2.0]]]).__next__
    out = samplers.annealed_langevin_sample(lambda x, _: -(x - 3.0) / 4, [[5.0]], [1.0], 0.2, 8, noise)
    close(out, [[3 + 2 * (1 - 0.05) ** 8 + math.sqrt(0.4) * 2]], rtol=1e-14)


def test_annealed_steps_go_with_sigma_squared():
    """Then the drift -a x/sigma² shrinks x by one factor at every level, and the noise is √(2a) of each."""
    sigmas, seen = np.array([2.0, 1.0, 0.5]), []

    def score(x, sigma):
        seen.append(float(sigma))
        return -x / sigma**2

    out = samplers.annealed_langevin_sample(score, [[1.0]], sigmas, 0.05, 4, silence)
    close(out, [[(1 - 0.05 / 0.25) ** 12]], rtol=1e-13)
    assert seen == [2.0] * 4 + [1.0] * 4 + [0.5] * 4
    out = samplers.annealed_langevin_sample(lambda x, sigma: 0 * x, [[1.0]], sigmas, 0.05, 4, lambda: 1.0)
    close(out, [[1 + 4 * math.sqrt(0.1) * (4 + 2 + 1)]], rtol=1e-13)


# gaussian


@quick
@given(pairs(), normal, st.floats(0.3, 2), normal)
def test_exact_eps_is_the_mean_of_eps_given_x_t(pair, mean, std, u):
    a = pair[0]
    data, x_t = gaussian.GaussianData(mean, std), math.sqrt(a) * mean + u * math.sqrt(a * std**2 + 1 - a)
    prior = density(grid := np.linspace(-12, 12, 20001), 0, 1)
    if a * std**2 > 1e-4:  # narrower than that, the grid is too coarse
        weight = prior * density(x_t, math.sqrt(a) * mean + math.sqrt(1 - a) * grid, a * std**2)
        close(data.eps([x_t], a), [(weight * grid).sum() / weight.sum()], atol=1e-9)
    h, variance = 1e-3, a * std**2 + 1 - a
    up, down = (math.log(density(x_t + d, math.sqrt(a) * mean, variance)) for d in (h, -h))
    close(data.score([x_t], a), [(up - down) / (2 * h)], atol=1e-8)


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_gaussian_output_is_what_the_samplers_do_to_each_noise(eta):
    """The sampler is affine: its mean is the answer to no noise, its variance the sum of squared impulses."""
    data, alpha_bar, tau = gaussian.GaussianData(0.7, 0.4), TABLES[1], [1, 4, 6, 10]

    def respond(sample, calls, k=None, x_T=0.3):
        return sample(x_T, iter(np.eye(calls + 1)[calls if k is None else k, :, None, None]).__next__)[0, 0]

    def ddim(x_T, noise):
        return samplers.ddim_sample(lambda x, t: data.eps(x, alpha_bar[t]), [[x_T]], alpha_bar, tau, eta, noise)

    def ddpm(x_T, noise):
        return samplers.ddpm_sample(lambda x, t: data.eps(x, alpha_bar[t]), [[x_T]], alpha_bar, noise)

    outputs = data.ddim_output(alpha_bar, tau, eta, 0.3, 1.2), data.ddpm_output(alpha_bar, 0.3, 1.2)
    for sample, calls, (mean, std) in zip((ddim, ddpm), (4, 10), outputs, strict=True):
        rest = respond(sample, calls)
        impulses = [respond(sample, calls, k) - rest for k in range(calls)]
        impulses.append(1.2 * (respond(sample, calls, x_T=1.3) - rest))
        close([mean, std], [rest, math.hypot(*impulses)], rtol=1e-11)


@pytest.mark.parametrize(
    ("eta", "row"),
    [
        (0.0, [125.87, 66.27, 27.56, 14.02, 1.50]),
        (0.2, [126.93, 67.49, 28.45, 14.59, 1.59]),
        (0.5, [132.92, 74.32, 33.35, 17.74, 2.02]),
        (1.0, [166.74, 108.54, 55.88, 31.74, 3.89]),
    ],
)
def test_w2_table_of_anchors_7(eta, row):
    """Leading tau, 1-based: 1, 1 + T/S, …; it doesn't end at T, and x ~ N(0, 1) at its last step."""
    data = gaussian.GaussianData(0.0, 0.5)
    for S, printed in zip((10, 20, 50, 100, 1000), row, strict=True):
        mean, std = data.ddim_output(LINEAR, np.arange(1, 1001, 1000 // S), eta)
        assert f"{1000 * gaussian.w2(mean, std, 0.0, 0.5):.2f}" == f"{printed:.2f}"


def test_output_has_the_shape_of_the_data_and_w2_sums_over_it():
    data = gaussian.GaussianData(np.zeros((2, 3)), np.linspace(0, 1, 6).reshape(2, 3))
    alone = [gaussian.GaussianData(0.0, s).ddim_output(LINEAR, [500, 1000], 0.5)[1] for s in np.ravel(data.std)]
    mean, std = data.ddim_output(LINEAR, [500, 1000], 0.5)
    assert mean.shape == std.shape == (2, 3)
    close(np.ravel(std), alone, rtol=1e-14)
    assert gaussian.w2(0, 1, 3, 5) == 5
    assert gaussian.w2([0, 0], [1, 1], [3, 0], [1, 5]) == 5
    assert gaussian.w2(0.0, np.ones(9), 0.0, 2.0) == 3


# losses


@pytest.mark.parametrize("loss", [losses.noise_prediction_loss, losses.score_matching_loss])
def test_losses_by_loops_and_their_gradients_by_differences(loss):
    x_0, eps, t = rng(0).normal(size=(3, 3, 2)), rng(1).normal(size=(3, 3, 2)), np.array([1, 7, 40])
    alpha_bar = TABLES[2]
    squares = []
    for i, j, k in np.ndindex(3, 3, 2):
        a, e = alpha_bar[t[i]], eps[i, j, k]
        answer = 0.8 * (math.sqrt(a) * x_0[i, j, k] + math.sqrt(1 - a) * e) - 0.3 + 0.02 * t[i]
        squares.append((answer - (e if loss is losses.noise_prediction_loss else -e / math.sqrt(1 - a))) ** 2)
    model = lambda x_t, t: 0.8 * x_t - 0.3 + 0.02 * t[:, None, None]  # noqa: E731
    value, gradient = loss(model, x_0, t, eps, alpha_bar)
    assert value == pytest.approx(sum(squares) / 18, rel=1e-12)
    for i in range(18):
        step = 1e-3 * np.eye(18)[i].reshape(3, 3, 2)
        up, down = (loss(lambda *asked, h=h: model(*asked) + h, x_0, t, eps, alpha_bar)[0] for h in (step, -step))
        assert gradient.flat[i] == pytest.approx((up - down) / 2e-3, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize(("loss", "power"), [(losses.noise_prediction_loss, 0.5), (losses.score_matching_loss, 1.0)])
def test_losses_vanish_at_the_exact_model_of_a_point_mass(loss, power):
    scale = (1 if power == 0.5 else -1) / (1 - LINEAR[300]) ** power
    x_0, t, eps = np.zeros((2, 5)), np.array([300, 300]), rng(0).normal(size=(2, 5))
    value, gradient = loss(lambda x_t, _: scale * x_t, x_0, t, eps, LINEAR)
    close([value, *gradient.flat], 0, atol=1e-12)


# the package


def test_the_oracle_imports_no_torch_and_nothing_of_ours():
    names = "arrays edited_chains edited_losses edits frechet gaussian losses misconceptions mixture normal".split()
    names += "samplers schedule spellings steps wrong_chains".split()
    code = "import sys; sys.path.insert(0, sys.argv[1]); from oracle import " + ", ".join(names)
    foreign = {"torch", "scipy", "grader", "checks", "sampler", "score", "solution"}
    code += f"; print({foreign}.intersection(sys.modules))"
    root = Path(schedule.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert sorted(f.stem for f in (root / "oracle").glob("*.py")) == ["__init__", *names]


def test_inputs_are_left_alone_and_outputs_are_float64():
    x, e, z = (rng(i).normal(size=(2, 3)).astype(np.float32) for i in range(3))
    a, a_prev = np.array([0.3, 0.5]), np.array([0.6, 1.0])
    for array in (x, e, z, a, a_prev):
        array.flags.writeable = False
    outputs = [
        steps.q_sample(x, a, e),
        steps.predict_x_0(x, a, e),
        *steps.ddpm_posterior(x, e, a, a_prev),
        steps.ddpm_step(x, e, a, a_prev, z),
        steps.score_from_eps(e, a),
        steps.tweedie_mean(x, e, a),
        steps.langevin_step(x, e, 0.1, z),
        steps.reverse_sde_step(x, e, a, 0.1, z),
        *steps.ddim_coefficients(a, a_prev, steps.ddim_sigma(a, a_prev, 0.5)),
        steps.ddim_step(x, e, a, a_prev, 0.5, z),
        samplers.annealed_langevin_sample(lambda x, _: np.sin(x), x, [1.0], 0.1, 2, lambda: z),
    ]
    assert all(out.dtype == np.float64 and np.isfinite(out).all() for out in outputs)
