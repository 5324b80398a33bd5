"""Hidden checks of Assignment 2: sigma, the coefficients and the step of the DDIM, tasks 2.7 to 2.9."""

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases
from checks.cases import SCHEDULES, SHAPES, T
from checks.judge import EXACT, IN_SINGLE, close, expect, for_shape, kept, numbers, pair_of, zero
from checks.promises import keeps_its_promises
from grader.checking import phrase
from oracle import steps
from oracle.arrays import along_first_axis

LINEAR, COSINE = SCHEDULES["linear"], SCHEDULES["cosine"]
OMEGAS = "omega_0, omega_t, b"


# 2.7 ddim_sigma


@number("2.7.1")
@weight(3)
@cases.each(pair=cases.PAIRS)
def test_sigma_at_eta_1(pair):
    """At η = 1, σ_t is the standard deviation √β̃_t of the DDPM posterior on this very pair, β_t inside the root."""
    want = steps.ddim_sigma(*pair, 1.0)
    returned = yield "ddim_sigma", *pair, 1.0
    close(returned.value, want, phrase("σ_t at η = {eta}", eta=1), want + 1e-9, IN_SINGLE)


@number("2.7.2")
@weight(2)
@cases.each(pair=cases.PAIRS, eta=cases.choices(0.0, 0.2, 0.3, 0.5, 0.8, 1.7, 3.0))
def test_sigma_in_eta(pair, eta):
    """σ_t is proportional to η, for any η ≥ 0, below 1 and above it."""
    want = steps.ddim_sigma(*pair, eta)
    returned = yield "ddim_sigma", *pair, eta
    close(returned.value, want, phrase("σ_t at η = {eta}", eta=eta), want + 1e-9, IN_SINGLE)


@number("2.7.3")
@weight(1)
def test_sigma_last_step(student):
    """At the last step, ᾱ_prev = 1, σ_t is 0 for every η, never NaN; before the last step, at η > 0, σ_t is above 0."""
    for alpha_bar in SCHEDULES.values():
        for t in (1, 100, T):
            for eta in (0.0, 0.5, 1.0):
                value = student("ddim_sigma", alpha_bar[t], alpha_bar[0], eta).value
                close(value, 0.0, phrase("σ_t at the last step"), 1, 1e-9)
    before = numbers(student("ddim_sigma", LINEAR[2], LINEAR[1], 1.0).value, (), "σ_t")
    expect(before > 0, "σ_t at the last step but one is not above 0, but noise must be added there.")


@number("2.7.4")
@weight(1)
def test_sigma_promises(student):
    """Coefficients of shape () and (B,) keep their shape and full float64 precision; inputs stay unchanged."""
    for pair in ((LINEAR[500], LINEAR[499]), (COSINE[900], COSINE[700]), cases.pair_batch(5), cases.everywhere()):
        returned = student("ddim_sigma", *pair, 0.6)
        want = steps.ddim_sigma(*pair, 0.6)
        close(returned.value, want, "σ_t", np.where(pair[1] < 1, want, 1.0), 1e-8)
        kept(returned, np.asarray(pair[0]), returned.value, "σ_t")


# 2.8 ddim_coefficients


SHARES = cases.choices(0.0, 0.5, 0.99, *np.random.default_rng(28).uniform(0.0, 0.99, 3))  # σ_t of its maximum


def _omegas(returned, alpha_bar_t, _, sigma_t):
    """The student's ω₀, ω_t and b, and the marginal of x_prev that they make of the marginal of x_t."""
    omega_0, omega_t, b = pair_of(returned.value, OMEGAS)
    omega_0 = numbers(omega_0, np.shape(alpha_bar_t), "omega_0")
    omega_t = numbers(omega_t, np.shape(alpha_bar_t), "omega_t")
    return omega_0, omega_t, b, steps.ddim_marginal(omega_0, omega_t, 0.0, sigma_t, alpha_bar_t)


@number("2.8.1")
@weight(3)
@cases.each(pair=cases.PAIRS, share=SHARES)
def test_marginal_variance(pair, share):
    """Marginal preservation: with any σ_t, the variance of q(x_prev | x_0) is 1 − ᾱ_prev."""
    given = *pair, share * steps.ddim_sigma_max(pair[1])
    returned = yield "ddim_coefficients", *given
    _, _, _, (_, variance) = _omegas(returned, *given)
    close(variance, 1 - pair[1], phrase("The variance of q(x_prev | x_0) that your ω_t makes"))


@number("2.8.2")
@weight(3)
@cases.each(pair=cases.PAIRS, share=SHARES)
def test_marginal_mean(pair, share):
    """Marginal preservation: with any σ_t, the mean of q(x_prev | x_0) is √ᾱ_prev x_0, so b = 0."""
    given = *pair, share * steps.ddim_sigma_max(pair[1])
    returned = yield "ddim_coefficients", *given
    _, omega_t, b, (factor, _) = _omegas(returned, *given)
    expect(1 - pair[1] < 1e-3 or omega_t != 0, "ω_t is 0 below the largest σ_t: then x_prev would not depend on x_t.")
    close(
        factor, np.sqrt(pair[1]), phrase("The factor on x_0 in the mean of q(x_prev | x_0) that your ω₀ and ω_t make")
    )
    zero(b)


@number("2.8.3")
@weight(3)
def test_omega_t_sign(student):
    """ω_t is the positive root: a step that changes little must leave x_t nearly where it is."""
    for t in (50, 500, T):
        for share in (0.0, 0.5):
            given = LINEAR[t], LINEAR[t - 1], np.float64(share * np.sqrt(1 - LINEAR[t - 1]))
            _, omega_t, _, (_, variance) = _omegas(student("ddim_coefficients", *given), *given)
            close(variance, 1 - LINEAR[t - 1], phrase("The variance of q(x_prev | x_0) that your ω_t makes"))
            expect(omega_t >= 0, "ω_t is negative. Both roots preserve the marginals; only the positive one is a DDIM.")


@number("2.8.4")
@weight(1)
def test_sigma_maximum(student):
    """At its maximum, σ_t = √(1 − ᾱ_prev), all is finite: ω_t = 0 and ω₀ = √ᾱ_prev."""
    for alpha_bar in SCHEDULES.values():
        for t, t_prev in ((T, T - 1), (700, 650), (50, 1), (2, 1), (1, 0), (T, 0)):
            given = alpha_bar[t], alpha_bar[t_prev], np.float64(np.sqrt(1 - alpha_bar[t_prev]))
            omega_0, omega_t, _, _ = _omegas(student("ddim_coefficients", *given), *given)
            close(omega_t, 0.0, phrase("ω_t at the largest σ_t"), 1, 1e-5)
            close(omega_0, np.sqrt(alpha_bar[t_prev]), phrase("ω₀ at the largest σ_t"))
        given = alpha_bar[700], alpha_bar[650], np.float64(0)
        _, omega_t, _, _ = _omegas(student("ddim_coefficients", *given), *given)
        expect(omega_t != 0, "ω_t is 0 not only at the largest σ_t, but at σ_t = 0 too.")


@number("2.8.5")
@weight(1)
def test_coefficients_batch(student):
    """Coefficients of shape (B,) give ω₀ and ω_t of shape (B,), one for each item."""
    for a, a_prev in (cases.pair_batch(1), cases.pair_batch(5), cases.everywhere()):
        given = a, a_prev, 0.5 * np.sqrt(1 - a_prev)
        _, _, b, (factor, variance) = _omegas(student("ddim_coefficients", *given), *given)
        close(variance, 1 - a_prev, phrase("The variance of q(x_prev | x_0) that your ω_t makes"))
        close(factor, np.sqrt(a_prev), phrase("The factor on x_0 in the mean of q(x_prev | x_0)"))
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
        close(variance, 1 - pair[1], phrase("The variance of q(x_prev | x_0)"), 1, EXACT)
        close(factor, np.sqrt(pair[1]), phrase("The factor on x_0 in the mean of q(x_prev | x_0)"), 1, EXACT)
        kept(returned, np.asarray(sigma_t), omega_0, "omega_0")
        kept(returned, np.asarray(sigma_t), omega_t, "omega_t")


# 2.9 ddim_step


def _scale(pair):
    return 8 * np.sqrt(np.divide(pair[1], pair[0]))


@number("2.9.1")
@weight(3)
@cases.each(pair=cases.PAIRS)
def test_step_deterministic(pair):
    """At η = 0 it moves along ε without noise: z is ignored, whatever the pair."""
    x_t, eps, z = cases.states(291, 3)
    want = steps.ddim_step(x_t, eps, *pair, 0.0, z)
    returned = yield "ddim_step", x_t, eps, *pair, 0.0, 100 * z
    close(returned.value, want, phrase("x_prev at η = {eta}", eta=0), _scale(pair))


@number("2.9.2")
@weight(3)
@cases.each(pair=cases.PAIRS, eta=cases.choices(0.2, 0.3, 0.5, 0.8, 1.2))
def test_step_stochastic(pair, eta):
    """At any η > 0 the noise enters with σ_t = η √β̃_t of its own pair, the direction along ε is shortened to fit."""
    x_t, eps, z = cases.states(292, 3)
    if steps.ddim_sigma(*pair, eta) > 0.99 * steps.ddim_sigma_max(pair[1]):
        eta = 0.8  # above 1, a step can ask for more than the largest σ_t
    want = steps.ddim_step(x_t, eps, *pair, eta, z)
    sigma = float(steps.ddim_sigma(*pair, eta))
    if sigma > 0:  # so loud a noise that a wrong σ_t shows in the smallest step, too
        z = z / sigma
        want = steps.ddim_step(x_t, eps, *pair, eta, z)
    returned = yield "ddim_step", x_t, eps, *pair, eta, z
    close(returned.value, want, phrase("x_prev at η = {eta}", eta=eta), _scale(pair), 1e-3)
    z = cases.states(293, 1)[0]
    want = steps.ddim_step(x_t, eps, *pair, eta, z)
    returned = yield "ddim_step", x_t, eps, *pair, eta, z
    close(returned.value, want, phrase("x_prev at η = {eta}", eta=eta), _scale(pair))


@number("2.9.3")
@weight(2)
@cases.each(pair=cases.PAIRS)
def test_step_is_ddpm(pair):
    """At η = 1 it is the DDPM step, term by term: the same x_prev for the same z."""
    x_t, eps, z = cases.states(294, 3)
    want = steps.ddpm_step(x_t, eps, *pair, z)
    returned = yield "ddim_step", x_t, eps, *pair, 1.0, z
    close(returned.value, want, phrase("x_prev at η = {eta}", eta=1), _scale(pair))


@number("2.9.4")
@weight(1)
def test_step_last(student):
    """At the last step, ᾱ_prev = 1: x_prev is x_0_pred, whatever η and z are."""
    x_t, eps, z = cases.states(295, 3)
    for t in (1, 20, T):
        for eta in (0.0, 0.5, 1.0):
            value = student("ddim_step", x_t, eps, LINEAR[t], LINEAR[0], eta, 100 * z).value
            want = steps.predict_x_0(x_t, LINEAR[t], eps)
            close(value, want, phrase("x_prev at the last step"), _scale((LINEAR[t], 1.0)))


@number("2.9.5")
@weight(2)
def test_step_batch(student):
    """Each item of the batch can have its own pair, for points and for images."""
    for shape, pair in cases.batches(SHAPES):
        x_t, eps, z = cases.states(296, 3, shape)
        want = steps.ddim_step(x_t, eps, *pair, 0.7, z)
        scale = along_first_axis(_scale(pair), x_t)
        close(student("ddim_step", x_t, eps, *pair, 0.7, z).value, want, for_shape("x_prev", shape), scale)


@number("2.9.6")
@weight(1)
def test_step_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    arguments = lambda s, a, p: (s[0], s[1], a, p, 0.4, s[2])  # noqa: E731
    keeps_its_promises(student, "ddim_step", arguments, steps.ddim_step, "x_prev")
