"""Hidden checks of Assignment 1: the jump, the loss, the posterior and the step, tasks 1.1 to 1.5."""

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases
from checks.cases import IMAGES, SCHEDULES, SHAPES
from checks.judge import EXACT, SINGLE, close, expect, for_shape, kept, pair_of
from checks.loss import LossChecks
from checks.promises import keeps_its_promises
from grader.checking import phrase
from oracle import losses, steps
from oracle.arrays import along_first_axis

LINEAR = SCHEDULES["linear"]


# 1.1 q_sample


@number("1.1.1")
@weight(2)
@cases.each(alpha_bar_t=cases.alpha_bars())
def test_q_sample_formula(alpha_bar_t):
    """x_t is √ᾱ_t x_0 + √(1 − ᾱ_t) ε, at every noise level up to ᾱ_t = 1."""
    x_0, eps = cases.states(11, 2)
    returned = yield "q_sample", x_0, alpha_bar_t, eps
    close(returned.value, steps.q_sample(x_0, alpha_bar_t, eps), "x_t", 4)


@number("1.1.2")
@weight(2)
def test_q_sample_batch(student):
    """Each item of the batch can have its own ᾱ_t, for points and for images."""
    for shape, (alpha_bar_t, _) in cases.batches(SHAPES):
        x_0, eps = cases.states(12, 2, shape)
        want = steps.q_sample(x_0, alpha_bar_t, eps)
        close(student("q_sample", x_0, alpha_bar_t, eps).value, want, for_shape("x_t", shape), 4)


@number("1.1.3")
@weight(1)
def test_q_sample_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    keeps_its_promises(student, "q_sample", lambda s, a, p: (s[0], a, s[1]), steps.q_sample, "x_t")


# 1.2 predict_x_0


@number("1.2.1")
@weight(2)
@cases.each(alpha_bar_t=cases.alpha_bars())
def test_predict_x_0_inverts(alpha_bar_t):
    """It solves the forward jump: from x_t and the ε that made it, x_0 comes back."""
    x_0, eps = cases.states(21, 2)
    x_t = steps.q_sample(x_0, alpha_bar_t, eps)
    returned = yield "predict_x_0", x_t, alpha_bar_t, eps
    close(returned.value, x_0, "x_0_pred", 8 / np.sqrt(alpha_bar_t))


@number("1.2.2")
@weight(2)
def test_predict_x_0_batch(student):
    """Each item of the batch can have its own ᾱ_t, for points and for images."""
    for shape, (alpha_bar_t, _) in cases.batches(SHAPES):
        x_t, eps = cases.states(22, 2, shape)
        want = steps.predict_x_0(x_t, alpha_bar_t, eps)
        scale = along_first_axis(8 / np.sqrt(alpha_bar_t), x_t)
        close(student("predict_x_0", x_t, alpha_bar_t, eps).value, want, for_shape("x_0_pred", shape), scale)


@number("1.2.3")
@weight(1)
def test_predict_x_0_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    keeps_its_promises(student, "predict_x_0", lambda s, a, p: (s[0], a, s[1]), steps.predict_x_0, "x_0_pred")


# 1.3 noise_prediction_loss

LOSS = LossChecks("noise_prediction_loss", losses.noise_prediction_loss)


@number("1.3.1")
@weight(2)
def test_loss_value(student):
    """The loss is the mean over all elements of (ε_θ(x_t, t) − ε)², with a t for each item."""
    LOSS.value(student)


@number("1.3.2")
@weight(3)
def test_loss_gradient(student):
    """The loss carries a graph: its gradient reaches the model, and is right at each of its answers."""
    LOSS.gradient(student)


@number("1.3.3")
@weight(1)
def test_loss_model_call(student):
    """The model is asked with the forward jump x_t and t as int64 of shape (B,); inputs stay unchanged."""
    LOSS.model_call(student)


# 1.4 ddpm_posterior


@number("1.4.1")
@weight(2)
@cases.each(pair=cases.PAIRS)
def test_posterior_mean(pair):
    """The mean is that of q(x_prev | x_t, x_0), with β_t = 1 − ᾱ_t/ᾱ_prev of the given pair."""
    x_0, x_t = cases.states(41, 2)
    returned = yield "ddpm_posterior", x_0, x_t, *pair
    mean, _ = pair_of(returned.value, "mean, variance")
    close(mean, steps.ddpm_posterior(x_0, x_t, *pair)[0], phrase("The mean"), 4)


@number("1.4.2")
@weight(2)
@cases.each(pair=cases.PAIRS)
def test_posterior_variance(pair):
    """The variance is β̃_t = (1 − ᾱ_prev)/(1 − ᾱ_t) β_t, neither β_t nor a standard deviation."""
    x_0, x_t = cases.states(42, 2)
    returned = yield "ddpm_posterior", x_0, x_t, *pair
    _, variance = pair_of(returned.value, "mean, variance")
    want = steps.ddpm_posterior(x_0, x_t, *pair)[1]
    close(variance, want, phrase("The variance"), want + 1e-9, 1e-4)


@number("1.4.3")
@weight(2)
def test_posterior_batch(student):
    """Each item of the batch can have its own pair, for points and images; the variance has shape (B,)."""
    for shape, pair in cases.batches(SHAPES):
        x_0, x_t = cases.states(43, 2, shape)
        mean, variance = pair_of(student("ddpm_posterior", x_0, x_t, *pair).value, "mean, variance")
        want_mean, want_variance = steps.ddpm_posterior(x_0, x_t, *pair)
        close(mean, want_mean, for_shape(phrase("The mean"), shape), 4)
        close(variance, want_variance, for_shape(phrase("The variance"), shape), want_variance + 1e-8, 1e-4)


@number("1.4.4")
@weight(1)
def test_posterior_last_step(student):
    """At the last step, ᾱ_prev = 1: the mean is x_0 and the variance is 0."""
    x_0, x_t = cases.states(44, 2)
    for alpha_bar_t in (LINEAR[1], LINEAR[700]):
        value = student("ddpm_posterior", x_0, x_t, alpha_bar_t, LINEAR[0]).value
        mean, variance = pair_of(value, "mean, variance")
        close(mean, x_0, phrase("The mean at the last step"), 4)
        close(variance, 0.0, phrase("The variance at the last step"), 1, 1e-12)


@number("1.4.5")
@weight(1)
def test_posterior_promises(student):
    """The mean keeps float32 and float64, unclipped, the variance is float64; inputs stay unchanged."""
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        x_0, x_t = ((10 * s).astype(dtype) for s in cases.states(45, 2, IMAGES))  # so that a clip shows
        for pair in ((LINEAR[500], LINEAR[499]), cases.pair_batch(IMAGES[0])):
            returned = student("ddpm_posterior", x_0, x_t, *pair)
            mean, variance = pair_of(returned.value, "mean, variance")
            want_mean, want_variance = steps.ddpm_posterior(x_0, x_t, *pair)
            close(mean, want_mean, phrase("The mean"), 40, tolerance)
            close(variance, want_variance, phrase("The variance"), want_variance, 1e-8)
            kept(returned, x_0, mean, phrase("The mean"))
            right = variance.dtype == np.float64
            expect(right, "The variance came out as {dtype}; it must stay float64.", dtype=variance.dtype)


# 1.5 ddpm_step


@number("1.5.1")
@weight(2)
@cases.each(pair=cases.PAIRS)
def test_ddpm_step_mean(pair):
    """Without noise (z = 0), x_prev is the posterior's mean at x_0_pred."""
    x_t, eps = cases.states(51, 2)
    z = np.zeros_like(x_t)
    returned = yield "ddpm_step", x_t, eps, *pair, z
    close(returned.value, steps.ddpm_step(x_t, eps, *pair, z), "x_prev", 8 * np.sqrt(pair[1] / pair[0]))


@number("1.5.2")
@weight(2)
def test_ddpm_step_noise(student):
    """The noise enters with standard deviation √β̃_t, not β̃_t and not √β_t, from the first step to the last but one."""
    x_t, eps, z = cases.states(52, 3)
    for alpha_bar in SCHEDULES.values():
        for t in (2, 3, 10, 300, 1000):
            pair = alpha_bar[t], alpha_bar[t - 1]
            sigma = np.sqrt(steps.ddpm_posterior(x_t, x_t, *pair)[1])
            value = student("ddpm_step", x_t, eps, *pair, z / sigma).value
            want = steps.ddpm_step(x_t, eps, *pair, z / sigma)
            close(value, want, "x_prev", 8 * np.sqrt(pair[1] / pair[0]), 1e-3)


@number("1.5.3")
@weight(1)
def test_ddpm_step_last(student):
    """At the last step, t = 1, no noise is added: x_prev is x_0_pred, whatever z is."""
    x_t, eps, z = cases.states(53, 3)
    value = student("ddpm_step", x_t, eps, LINEAR[1], LINEAR[0], 1000 * z).value
    close(value, steps.predict_x_0(x_t, LINEAR[1], eps), phrase("x_prev at the last step"), 8)


@number("1.5.4")
@weight(2)
def test_ddpm_step_batch(student):
    """Each item of the batch can have its own pair, for points and for images."""
    for shape, pair in cases.batches(SHAPES):
        x_t, eps, z = cases.states(54, 3, shape)
        want = steps.ddpm_step(x_t, eps, *pair, z)
        scale = along_first_axis(8 * np.sqrt(pair[1] / pair[0]), x_t)
        close(student("ddpm_step", x_t, eps, *pair, z).value, want, for_shape("x_prev", shape), scale)


@number("1.5.5")
@weight(1)
def test_ddpm_step_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    keeps_its_promises(student, "ddpm_step", lambda s, a, p: (s[0], s[1], a, p, s[2]), steps.ddpm_step, "x_prev")
