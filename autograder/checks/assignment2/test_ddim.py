"""Hidden checks of Assignment 2, second half: the DDIM, tasks 2.7 to 2.12."""

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight
from hypothesis import given
from hypothesis import strategies as st

from checks import cases, transcript
from checks.cases import IMAGES, POINTS, SCHEDULES, T
from checks.judge import EXACT, SINGLE, close, expect, kept, numbers, pair_of, zero
from checks.oracle import samplers, schedule, steps
from checks.oracle.gaussian import GaussianData
from checks.promises import SHAPES, keeps_its_promises
from grader.examiner import describe
from grader.wire import Seed

LINEAR, COSINE = SCHEDULES["linear"], SCHEDULES["cosine"]
SHORT = LINEAR[:41]
OMEGAS = "omega_0, omega_t, b"


# 2.7 ddim_sigma


@number("2.7.1")
@weight(3)
@cases.searched
@given(pair=cases.pairs())
def test_sigma_at_eta_1(student, pair):
    """At η = 1, σ_t is the standard deviation √β̃_t of the DDPM posterior on this very pair, β_t inside the root."""
    want = steps.ddim_sigma(*pair, 1.0)
    close(student("ddim_sigma", *pair, 1.0).value, want, "σ_t at η = 1", want + 1e-9, 2e-3)


@number("2.7.2")
@weight(1)
@cases.searched
@given(pair=cases.pairs(), eta=st.sampled_from([0.0, 0.2, 0.3, 0.5, 0.8, 1.0, 1.7, 3.0]))
def test_sigma_in_eta(student, pair, eta):
    """σ_t is proportional to η, for any η ≥ 0."""
    want = steps.ddim_sigma(*pair, eta)
    close(student("ddim_sigma", *pair, eta).value, want, f"σ_t at η = {eta}", want + 1e-9, 2e-3)


@number("2.7.3")
@weight(1)
def test_sigma_last_step(student):
    """At the last step, ᾱ_prev = 1, σ_t is 0 for every η, never NaN; before it, at η > 0, it is not."""
    for alpha_bar in SCHEDULES.values():
        for t in (1, 100, T):
            for eta in (0.0, 0.5, 1.0):
                value = student("ddim_sigma", alpha_bar[t], alpha_bar[0], eta).value
                close(value, 0.0, "σ_t at the last step", 1, 1e-12)
    before = numbers(student("ddim_sigma", LINEAR[2], LINEAR[1], 1.0).value, (), "σ_t")
    expect(before > 0, "σ_t at the last step but one is 0, so no noise would be added there.")


@number("2.7.4")
@weight(1)
def test_sigma_promises(student):
    """Coefficients of shape () and (B,) keep their shape and full float64 precision; inputs stay unchanged."""
    for pair in ((LINEAR[500], LINEAR[499]), (COSINE[900], COSINE[700]), cases.pair_batch(5)):
        returned = student("ddim_sigma", *pair, 0.6)
        want = steps.ddim_sigma(*pair, 0.6)
        close(returned.value, want, "σ_t", want, 1e-9)
        kept(returned, np.asarray(pair[0]), returned.value, "σ_t")


# 2.8 ddim_coefficients


@st.composite
def _with_sigma(draw):
    """(ᾱ_t, ᾱ_prev, σ_t) with σ_t anywhere between 0 and almost its maximum."""
    alpha_bar_t, alpha_bar_prev = draw(cases.pairs())
    share = draw(st.sampled_from([0.0, 0.5, 0.99]) | st.floats(0.0, 0.99))
    return alpha_bar_t, alpha_bar_prev, np.float64(share * steps.ddim_sigma_max(alpha_bar_prev))


def _omegas(student, alpha_bar_t, alpha_bar_prev, sigma_t):
    """The student's ω₀, ω_t and b, and the marginal of x_prev that they make of the marginal of x_t."""
    value = student("ddim_coefficients", alpha_bar_t, alpha_bar_prev, sigma_t).value
    omega_0, omega_t, b = pair_of(value, OMEGAS)
    omega_0 = numbers(omega_0, np.shape(alpha_bar_t), "omega_0")
    omega_t = numbers(omega_t, np.shape(alpha_bar_t), "omega_t")
    return omega_0, omega_t, b, steps.ddim_marginal(omega_0, omega_t, 0.0, sigma_t, alpha_bar_t)


@number("2.8.1")
@weight(3)
@cases.searched
@given(case=_with_sigma())
def test_marginal_variance(student, case):
    """Marginal preservation: with any σ_t, the variance of q(x_prev | x_0) is 1 − ᾱ_prev."""
    _, _, _, (_, variance) = _omegas(student, *case)
    close(variance, 1 - case[1], "The variance of q(x_prev | x_0) that your ω_t makes")


@number("2.8.2")
@weight(3)
@cases.searched
@given(case=_with_sigma())
def test_marginal_mean(student, case):
    """Marginal preservation: with any σ_t, the mean of q(x_prev | x_0) is √ᾱ_prev x_0, so b = 0."""
    _, _, b, (factor, _) = _omegas(student, *case)
    close(factor, np.sqrt(case[1]), "The factor on x_0 in the mean of q(x_prev | x_0) that your ω₀ and ω_t make")
    zero(b)


@number("2.8.3")
@weight(1)
@cases.searched
@given(case=_with_sigma())
def test_omega_t_sign(student, case):
    """ω_t is the positive root: a step that changes little must leave x_t nearly where it is."""
    _, omega_t, _, (_, variance) = _omegas(student, *case)
    expect(omega_t >= 0, "ω_t is negative. Both roots preserve the marginals; only the positive one is a DDIM.")
    close(variance, 1 - case[1], "The variance of q(x_prev | x_0) that your ω_t makes")


@number("2.8.4")
@weight(1)
def test_sigma_maximum(student):
    """At its maximum, σ_t = √(1 − ᾱ_prev), all is finite: ω_t = 0 and ω₀ = √ᾱ_prev."""
    for alpha_bar in SCHEDULES.values():
        for t, t_prev in ((T, T - 1), (700, 650), (50, 1), (2, 1), (1, 0), (T, 0)):
            sigma_max = np.float64(np.sqrt(1 - alpha_bar[t_prev]))
            omega_0, omega_t, _, _ = _omegas(student, alpha_bar[t], alpha_bar[t_prev], sigma_max)
            close(omega_t, 0.0, "ω_t at the largest σ_t", 1, 1e-5)
            close(omega_0, np.sqrt(alpha_bar[t_prev]), "ω₀ at the largest σ_t")


@number("2.8.5")
@weight(1)
def test_coefficients_batch(student):
    """Coefficients of shape (B,) give ω₀ and ω_t of shape (B,), one for each item."""
    for count in (1, 5):
        a, a_prev = cases.pair_batch(count)
        case = a, a_prev, 0.5 * np.sqrt(1 - a_prev)
        omega_0, omega_t, b, (factor, variance) = _omegas(student, *case)
        close(variance, 1 - a_prev, "The variance of q(x_prev | x_0) that your ω_t makes")
        close(factor, np.sqrt(a_prev), "The factor on x_0 in the mean of q(x_prev | x_0)")
        zero(b)


@number("2.8.6")
@weight(1)
def test_coefficients_promises(student):
    """ω₀ and ω_t are float64 in full precision; the inputs stay unchanged."""
    for pair in ((LINEAR[500], LINEAR[499]), (COSINE[900], COSINE[700]), cases.pair_batch(5)):
        sigma_t = np.float64(0.5) * np.sqrt(1 - pair[1])
        returned = student("ddim_coefficients", *pair, sigma_t)
        omega_0, omega_t, _ = pair_of(returned.value, OMEGAS)
        factor, variance = steps.ddim_marginal(
            numbers(omega_0, np.shape(sigma_t), "omega_0"),
            numbers(omega_t, np.shape(sigma_t), "omega_t"),
            0.0,
            sigma_t,
            pair[0],
        )
        close(variance, 1 - pair[1], "The variance of q(x_prev | x_0)", 1, EXACT)
        close(factor, np.sqrt(pair[1]), "The factor on x_0 in the mean of q(x_prev | x_0)", 1, EXACT)
        kept(returned, np.asarray(sigma_t), omega_0, "omega_0")
        kept(returned, np.asarray(sigma_t), omega_t, "omega_t")


# 2.9 ddim_step


def _scale(pair):
    return 8 * np.sqrt(np.max(np.divide(pair[1], pair[0])))


@number("2.9.1")
@weight(3)
@cases.searched
@given(pair=cases.pairs())
def test_step_deterministic(student, pair):
    """At η = 0 it moves along ε without noise: z is ignored, whatever the pair."""
    x_t, eps, z = cases.states(291, 3)
    want = steps.ddim_step(x_t, eps, *pair, 0.0, z)
    close(student("ddim_step", x_t, eps, *pair, 0.0, 100 * z).value, want, "x_prev at η = 0", _scale(pair))


@number("2.9.2")
@weight(3)
@cases.searched
@given(pair=cases.pairs(), eta=st.sampled_from([0.2, 0.3, 0.5, 0.8]))
def test_step_stochastic(student, pair, eta):
    """At 0 < η < 1 the noise enters with σ_t = η √β̃_t of its own pair, the direction along ε is shortened to fit."""
    x_t, eps, z = cases.states(292, 3)
    want = steps.ddim_step(x_t, eps, *pair, eta, z)
    sigma = float(steps.ddim_sigma(*pair, eta))
    if sigma > 0:  # so loud a noise that a wrong σ_t shows in the smallest step, too
        z = z / sigma
        want = steps.ddim_step(x_t, eps, *pair, eta, z)
    close(student("ddim_step", x_t, eps, *pair, eta, z).value, want, f"x_prev at η = {eta}", _scale(pair), 1e-3)
    z = cases.states(293, 1)[0]
    want = steps.ddim_step(x_t, eps, *pair, eta, z)
    close(student("ddim_step", x_t, eps, *pair, eta, z).value, want, f"x_prev at η = {eta}", _scale(pair))


@number("2.9.3")
@weight(2)
@cases.searched
@given(pair=cases.pairs())
def test_step_is_ddpm(student, pair):
    """At η = 1 it is the DDPM step, term by term: the same x_prev for the same z."""
    x_t, eps, z = cases.states(294, 3)
    want = steps.ddpm_step(x_t, eps, *pair, z)
    close(student("ddim_step", x_t, eps, *pair, 1.0, z).value, want, "x_prev at η = 1", _scale(pair))


@number("2.9.4")
@weight(1)
def test_step_last(student):
    """At the last step, ᾱ_prev = 1: x_prev is x_0_pred, whatever η and z are."""
    x_t, eps, z = cases.states(295, 3)
    for t in (1, 20, T):
        for eta in (0.0, 0.5, 1.0):
            value = student("ddim_step", x_t, eps, LINEAR[t], LINEAR[0], eta, 100 * z).value
            want = steps.predict_x_0(x_t, LINEAR[t], eps)
            close(value, want, "x_prev at the last step", _scale((LINEAR[t], 1.0)))


@number("2.9.5")
@weight(2)
def test_step_batch(student):
    """Each item of the batch can have its own pair, for points and for images."""
    for shape in SHAPES:
        x_t, eps, z = cases.states(296, 3, shape)
        pair = cases.pair_batch(shape[0])
        want = steps.ddim_step(x_t, eps, *pair, 0.7, z)
        close(student("ddim_step", x_t, eps, *pair, 0.7, z).value, want, f"x_prev for shape {shape}", _scale(pair))


@number("2.9.6")
@weight(1)
def test_step_promises(student):
    """It keeps float32 and float64, in full precision, and leaves its inputs unchanged."""
    arguments = lambda s, a, p: (s[0], s[1], a, p, 0.4, s[2])  # noqa: E731
    keeps_its_promises(student, "ddim_step", arguments, steps.ddim_step, "x_prev")


# 2.10 ddim_timesteps

SIZES = [(T, 1), (T, 7), (T, 10), (T, 30), (T, 50), (T, 600), (T, 999), (T, T), (37, 5), (10, 10), (1, 1), (2, 1)]


def _tau(student, total, count):
    tau = student("ddim_timesteps", total, count).value
    right = isinstance(tau, np.ndarray) and tau.ndim == 1 and tau.dtype in (np.int64, np.int32)
    expect(right, f"tau is {describe(tau)}; expected a 1-d int64 tensor.")
    return tau


@number("2.10.1")
@weight(1)
def test_timesteps_count(student):
    """There are exactly S steps, int64, strictly ascending within 1..T, and the last one is T, also where S does not
    divide T."""
    for total, count in SIZES:
        tau = _tau(student, total, count)
        at = f"For T = {total}, S = {count},"
        expect(tau.dtype == np.int64, f"tau came out as {tau.dtype}; expected int64.")
        expect(len(tau) == count, f"{at} tau has {len(tau)} steps.")
        expect((np.diff(tau) > 0).all() and tau[0] >= 1, f"{at} tau is not strictly ascending within 1..T.")
        expect(tau[-1] == total, f"{at} tau does not end at T.")


@number("2.10.2")
@weight(1)
def test_timesteps_even(student):
    """The steps are evenly spaced, to within one step."""
    for total, count in SIZES:
        tau = _tau(student, total, count)
        expect(schedule.is_even(tau.astype(np.int64), total, count), f"For T = {total}, S = {count}, tau is not even.")


# 2.11 ddim_sample

WITH_1 = np.array([1, 2, 40, 333, 700, T])  # holds t = 1, has neighbours, does not end evenly
WITHOUT_1 = np.array([5, 11, 300, 640, 980])  # neither 1 nor T


def _tau_of(count, total=T):
    return schedule.even_timesteps(total, count)


def _x_T(shape=transcript.PIXELS, dtype=np.float64, seed=2110):
    return cases.states(seed, 1, shape)[0].astype(dtype)


def _ddim(student, alpha_bar, tau, eta, x_T=None, generator=Seed(8), seed=0, wobble=0.3, data=transcript.DATA):
    """Run the student's sampler; returns the examiner with its transcript and what came back."""
    x_T = _x_T() if x_T is None else x_T
    examiner = transcript.noise_predictor(alpha_bar, x_T.shape, len(tau) + 20, data, wobble)
    returned = student("ddim_sample", examiner, x_T, alpha_bar, tau, eta, generator=generator, seed=seed)
    return examiner, returned


@number("2.11.1")
@weight(2)
def test_sample_calls(student):
    """The model is called exactly S times, at t = τ_S, …, τ_1, with t as int64 of shape (B,), for any τ."""
    for tau in (_tau_of(1), _tau_of(7), _tau_of(10), WITH_1, WITHOUT_1, _tau_of(T)):
        examiner, _ = _ddim(student, LINEAR, tau, 0.0, _x_T(POINTS), data=GaussianData(0.0, 1.0))
        transcript.called_in_order(examiner, list(tau[::-1]))
        for call in examiner.calls:
            right = call.t_as_asked == f"int64 of shape ({POINTS[0]},)"
            expect(right, f"The model got t as {call.t_as_asked}; expected int64 of shape (B,).")


@number("2.11.2")
@weight(3)
def test_sample_eta_0(student):
    """At η = 0 every step is the deterministic DDIM step, from x_T to x_0, on any sub-sequence of either schedule."""
    for alpha_bar in (LINEAR, COSINE):
        for tau in (_tau_of(1), _tau_of(7), _tau_of(10), _tau_of(50), WITH_1, WITHOUT_1):
            examiner, returned = _ddim(student, alpha_bar, tau, 0.0)
            taken = transcript.steps_taken(examiner, returned, alpha_bar, tau)
            close(taken[0].x_t, _x_T(), "The first state that the model saw (it must be x_T)")
            transcript.is_deterministic(taken)


@number("2.11.3")
@weight(4)
def test_sample_sigma(student):
    """On a sub-sequence each step's noise has σ_t = η √β̃_t of its own pair (t, next smaller τ).

    False-alarm rate below 1e-9 for a right answer: see `checks.noise`.
    """
    for alpha_bar in (LINEAR, COSINE):
        for tau in (_tau_of(7), _tau_of(10), _tau_of(50), WITH_1, WITHOUT_1):
            for eta in (0.3, 0.5, 1.0):
                examiner, returned = _ddim(student, alpha_bar, tau, eta)
                taken = transcript.steps_taken(examiner, returned, alpha_bar, tau)
                transcript.is_stochastic(taken, eta)


@number("2.11.4")
@weight(2)
def test_sample_is_ddpm(student):
    """At η = 1 on the full sequence 1..T the chain is the DDPM, step by step.

    False-alarm rate below 1e-9 for a right answer: see `checks.noise`.
    """
    for alpha_bar in (LINEAR, schedule.cosine_alpha_bar(60), SHORT):
        tau = np.arange(1, len(alpha_bar))
        shape = transcript.FEW_PIXELS if len(tau) == T else transcript.PIXELS
        examiner, returned = _ddim(student, alpha_bar, tau, 1.0, _x_T(shape))
        transcript.is_stochastic(transcript.steps_taken(examiner, returned, alpha_bar, tau), 1.0)


@number("2.11.5")
@weight(2)
def test_sample_deterministic(student):
    """At η = 0 a fixed x_T gives bitwise the same x_0 under any seed, and another x_T gives another x_0."""
    tau = _tau_of(10)

    def run(generator_seed, global_seed, x_T_seed=2110):
        arguments = (LINEAR, tau, 0.0, _x_T(seed=x_T_seed), Seed(generator_seed), global_seed)
        examiner, returned = _ddim(student, *arguments)
        transcript.called_in_order(examiner, list(tau[::-1]))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    first = run(1, 1)
    expect(np.array_equal(first, run(2, 1)), "At η = 0, x_0 changed with the seed of the generator.")
    expect(np.array_equal(first, run(1, 2)), "At η = 0, x_0 changed with torch's global seed.")
    expect(not np.allclose(first, run(1, 1, 2111)), "Another x_T gave the same x_0; the sampler must start from x_T.")


@number("2.11.6")
@weight(1)
def test_sample_generator(student):
    """At η > 0 all noise comes from the generator: the same seed gives the same x_0, another seed another."""
    tau = _tau_of(10)

    def run(generator_seed, global_seed):
        examiner, returned = _ddim(student, LINEAR, tau, 0.8, generator=Seed(generator_seed), seed=global_seed)
        transcript.called_in_order(examiner, list(tau[::-1]))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    first = run(1, 1)
    expect(np.array_equal(first, run(1, 2)), "With one generator seed, x_0 changed with torch's global seed.")
    expect(not np.allclose(first, run(2, 1)), "Another seed of the generator gave the same x_0; draw z from it.")


@number("2.11.7")
@weight(1)
def test_sample_promises(student):
    """It leaves no graph, keeps float32 and float64 for points and images, and leaves x_T, alpha_bar and tau
    unchanged."""
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        for shape in (POINTS, IMAGES):
            x_T = _x_T(shape, dtype)
            examiner, returned = _ddim(student, LINEAR, _tau_of(10), 0.0, x_T, data=GaussianData(0.5, 0.7))
            kept(returned, x_T, returned.value, "x_0")
            transcript.is_deterministic(transcript.steps_taken(examiner, returned, LINEAR, _tau_of(10)), tolerance)
            asked = examiner.calls[-1].x.dtype
            expect(asked == dtype, f"The model got {asked} states from a {np.dtype(dtype)} x_T.")
            expect(not returned.carries_graph, "x_0 carries a graph: sample under torch.no_grad().")


@number("2.11.8")
@weight(2)
def test_sample_gaussian_quality(student):
    """On Gaussian data, S × η: the samples have the exact mean and spread, so the exact W2 distance.

    False-alarm rate below 1e-9 for a right answer: see `checks.noise`.
    """
    x_T = _x_T(transcript.SAMPLES, np.float32)
    for count in (10, 20, 50):
        for eta in (0.0, 0.2, 0.5, 1.0):
            tau = _tau_of(count)
            _, returned = _ddim(student, LINEAR, tau, eta, x_T, wobble=0.0, data=transcript.GAUSSIANS)
            x_0 = numbers(returned.value, x_T.shape, "x_0")
            exact = transcript.GAUSSIANS.ddim_output(LINEAR, tau, eta)
            transcript.has_moments(x_0, *exact, f"At S = {count}, η = {eta}")


# 2.12 ddim_invert


def _invert(student, tau, x_0):
    """Run the student's inversion; returns the examiner, what came back and the steps (t_prev, t) in order."""
    data = GaussianData(0.3, 0.8)
    examiner = transcript.noise_predictor(LINEAR, x_0.shape, len(tau) + 20, data, wobble=0.3)
    returned = student("ddim_invert", examiner, x_0, LINEAR, tau)
    pairs = [(t_prev, t) for t, t_prev, _, _ in reversed(samplers.step_pairs(LINEAR, tau))]
    asked = [int(call.t[0]) for call in examiner.calls]
    forms = ([t for _, t in pairs], [max(1, t_prev) for t_prev, _ in pairs])
    transcript.called_in_order(examiner, forms[asked == forms[1]])
    return examiner, returned, pairs


@number("2.12.1")
@weight(3)
def test_invert_steps(student):
    """Each step keeps ε and takes x_0_pred from ᾱ_prev to ᾱ_t, from clean data to τ_S."""
    for tau in (_tau_of(1), _tau_of(10), WITH_1, WITHOUT_1):
        x_0 = _x_T(POINTS)
        examiner, returned, pairs = _invert(student, tau, x_0)
        x_T = numbers(returned.value, POINTS, "x_T")
        expected_states = [x_0, *(call.x for call in examiner.calls[1:]), x_T]
        close(examiner.calls[0].x, x_0, "The first state that the model saw (it must be x_0)")
        for call, x_next, (t_prev, t) in zip(examiner.calls, expected_states[1:], pairs):
            want = steps.q_sample(steps.predict_x_0(call.x, LINEAR[t_prev], call.answer), LINEAR[t], call.answer)
            close(x_next, want, f"The state after the step from t = {t_prev} to {t}", 20)


@number("2.12.2")
@weight(1)
def test_invert_round_trip(student):
    """On Gaussian data, inverting and then sampling with the exact noise predictor brings x_0 back."""
    tau, alpha_bar = _tau_of(T), LINEAR
    data = GaussianData(np.zeros(2), np.ones(2))
    x_0 = _x_T(POINTS)
    examiner = transcript.noise_predictor(alpha_bar, POINTS, len(tau) + 20, data, wobble=0.0)
    x_T = numbers(student("ddim_invert", examiner, x_0, alpha_bar, tau).value, POINTS, "x_T")
    back = samplers.ddim_sample(lambda x, t: data.eps(x, alpha_bar[t]), x_T, alpha_bar, tau, 0.0, lambda: 0 * x_T)
    close(back, x_0, "x_0 after inversion and sampling", np.abs(x_0).max(), 0.02)


@number("2.12.3")
@weight(1)
def test_invert_promises(student):
    """It leaves no graph, keeps float32 and float64, and leaves x_0, alpha_bar and tau unchanged."""
    for dtype in (np.float64, np.float32):
        for shape in (POINTS, IMAGES):
            x_0 = _x_T(shape, dtype)
            examiner, returned, pairs = _invert(student, _tau_of(7), x_0)
            kept(returned, x_0, returned.value, "x_T")
            last, (t_prev, t) = examiner.calls[-1], pairs[-1]
            want = steps.q_sample(steps.predict_x_0(last.x, LINEAR[t_prev], last.answer), LINEAR[t], last.answer)
            close(returned.value, want, "x_T", 20, SINGLE)
            expect(not returned.carries_graph, "x_T carries a graph: run under torch.no_grad().")
