"""Hidden checks of Assignment 1, the DDPM: tasks 1.1 to 1.6."""

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight
from hypothesis import given

from checks import cases, transcript
from checks.cases import IMAGES, POINTS, SCHEDULES
from checks.judge import EXACT, SINGLE, close, expect, kept, numbers, pair_of
from checks.oracle import losses, steps
from checks.oracle.gaussian import GaussianData
from checks.promises import SHAPES, keeps_its_promises, model_inputs
from grader.wire import PublicModel, Seed

LINEAR = SCHEDULES["linear"]
SHORT = LINEAR[:41]  # a chain of T = 40 steps


# 1.1 q_sample


@number("1.1.1")
@weight(2)
@cases.searched
@given(alpha_bar_t=cases.alpha_bars())
def test_q_sample_formula(student, alpha_bar_t):
    """x_t is √ᾱ_t x_0 + √(1 − ᾱ_t) ε, at every noise level up to ᾱ_t = 1."""
    x_0, eps = cases.states(11, 2)
    close(student("q_sample", x_0, alpha_bar_t, eps).value, steps.q_sample(x_0, alpha_bar_t, eps), "x_t", 4)


@number("1.1.2")
@weight(2)
def test_q_sample_batch(student):
    """Each item of the batch can have its own ᾱ_t, for points and for images."""
    for shape in SHAPES:
        x_0, eps = cases.states(12, 2, shape)
        alpha_bar_t, _ = cases.pair_batch(shape[0])
        want = steps.q_sample(x_0, alpha_bar_t, eps)
        close(student("q_sample", x_0, alpha_bar_t, eps).value, want, f"x_t for states of shape {shape}", 4)


@number("1.1.3")
@weight(1)
def test_q_sample_promises(student):
    """It keeps float32 and float64, in full precision, and leaves its inputs unchanged."""
    keeps_its_promises(student, "q_sample", lambda s, a, p: (s[0], a, s[1]), steps.q_sample, "x_t")


# 1.2 predict_x_0


@number("1.2.1")
@weight(2)
@cases.searched
@given(alpha_bar_t=cases.alpha_bars())
def test_predict_x_0_inverts(student, alpha_bar_t):
    """It solves the forward jump: from x_t and the ε that made it, x_0 comes back."""
    x_0, eps = cases.states(21, 2)
    x_t = steps.q_sample(x_0, alpha_bar_t, eps)
    value = student("predict_x_0", x_t, alpha_bar_t, eps).value
    close(value, x_0, "x_0_pred", 8 / np.sqrt(alpha_bar_t))


@number("1.2.2")
@weight(2)
def test_predict_x_0_batch(student):
    """Each item of the batch can have its own ᾱ_t, for points and for images."""
    for shape in SHAPES:
        x_t, eps = cases.states(22, 2, shape)
        alpha_bar_t, _ = cases.pair_batch(shape[0])
        want = steps.predict_x_0(x_t, alpha_bar_t, eps)
        scale = 8 / np.sqrt(alpha_bar_t.min())
        close(student("predict_x_0", x_t, alpha_bar_t, eps).value, want, f"x_0_pred for shape {shape}", scale)


@number("1.2.3")
@weight(1)
def test_predict_x_0_promises(student):
    """It keeps float32 and float64, in full precision, and leaves its inputs unchanged."""
    keeps_its_promises(student, "predict_x_0", lambda s, a, p: (s[0], a, s[1]), steps.predict_x_0, "x_0_pred")


# 1.3 noise_prediction_loss

MODEL = PublicModel(scale=0.4, shift=-0.3, slope=0.01)


def _loss_case(shape, seed=31):
    x_0, eps = cases.states(seed, 2, shape)
    t = np.random.default_rng(seed).integers(1, len(SHORT), shape[0])
    want = losses.noise_prediction_loss(MODEL.scale, MODEL.shift, MODEL.slope, x_0, t, eps, SHORT)
    return (MODEL, x_0, t, eps, SHORT), want


@number("1.3.1")
@weight(2)
def test_loss_value(student):
    """The loss is the mean over all elements of (ε_θ(x_t, t) − ε)², with a t for each item."""
    for shape in SHAPES:
        arguments, (want, _) = _loss_case(shape)
        close(student("noise_prediction_loss", *arguments).value, want, f"The loss for shape {shape}", 1 + want)


@number("1.3.2")
@weight(2)
def test_loss_gradient(student):
    """The loss carries a graph: its gradient reaches the model's parameters and is right."""
    for shape in (POINTS, IMAGES):
        arguments, (loss, gradients) = _loss_case(shape)
        returned = student("noise_prediction_loss", *arguments)
        expect(returned.gradients is not None, "The loss is not a scalar tensor that carries a graph to the model.")
        want = np.array(list(gradients.values()))
        close(np.array(returned.gradients), want, "The gradient of the loss", 1 + np.abs(want))
        close(returned.value, loss, "The loss", 1 + loss)


@number("1.3.3")
@weight(1)
def test_loss_model_call(student):
    """The model is asked with the forward jump x_t and t as int64 of shape (B,); inputs stay unchanged."""
    for dtype in (np.float64, np.float32):
        (model, x_0, t, eps, alpha_bar), (want, _) = _loss_case(POINTS)
        x_0, eps = x_0.astype(dtype), eps.astype(dtype)
        returned = student("noise_prediction_loss", model, x_0, t, eps, alpha_bar)
        close(returned.value, want, "The loss", 1 + want, SINGLE if dtype == np.float32 else EXACT)
        x_t, t_asked = model_inputs(returned)
        close(t_asked, t, "The t that the model got")
        close(x_t, steps.q_sample(x_0, alpha_bar[t], eps), "The x_t that the model got", 4, SINGLE)
        kept(returned, x_0, x_t, "The x_t that the model got")


# 1.4 ddpm_posterior


@number("1.4.1")
@weight(2)
@cases.searched
@given(pair=cases.pairs())
def test_posterior_mean(student, pair):
    """The mean is that of q(x_prev | x_t, x_0), with β_t = 1 − ᾱ_t/ᾱ_prev of the given pair."""
    x_0, x_t = cases.states(41, 2)
    mean, _ = pair_of(student("ddpm_posterior", x_0, x_t, *pair).value, "mean, variance")
    close(mean, steps.ddpm_posterior(x_0, x_t, *pair)[0], "The mean", 4)


@number("1.4.2")
@weight(2)
@cases.searched
@given(pair=cases.pairs())
def test_posterior_variance(student, pair):
    """The variance is β̃_t = (1 − ᾱ_prev)/(1 − ᾱ_t) β_t, neither β_t nor a standard deviation."""
    x_0, x_t = cases.states(42, 2)
    _, variance = pair_of(student("ddpm_posterior", x_0, x_t, *pair).value, "mean, variance")
    want = steps.ddpm_posterior(x_0, x_t, *pair)[1]
    close(variance, want, "The variance", want + 1e-9, 1e-4)


@number("1.4.3")
@weight(2)
def test_posterior_batch(student):
    """Each item of the batch can have its own pair, for points and images; the variance has shape (B,)."""
    for shape in SHAPES:
        x_0, x_t = cases.states(43, 2, shape)
        pair = cases.pair_batch(shape[0])
        mean, variance = pair_of(student("ddpm_posterior", x_0, x_t, *pair).value, "mean, variance")
        want_mean, want_variance = steps.ddpm_posterior(x_0, x_t, *pair)
        close(mean, want_mean, f"The mean for shape {shape}", 4)
        close(variance, want_variance, f"The variance for shape {shape}", want_variance, 1e-4)


@number("1.4.4")
@weight(1)
def test_posterior_last_step(student):
    """At the last step, ᾱ_prev = 1: the mean is x_0 and the variance is 0."""
    x_0, x_t = cases.states(44, 2)
    for alpha_bar_t in (LINEAR[1], LINEAR[700]):
        value = student("ddpm_posterior", x_0, x_t, alpha_bar_t, LINEAR[0]).value
        mean, variance = pair_of(value, "mean, variance")
        close(mean, x_0, "The mean at the last step", 4)
        close(variance, 0.0, "The variance at the last step", 1, 1e-12)


@number("1.4.5")
@weight(1)
def test_posterior_promises(student):
    """The mean keeps float32 and float64, the variance is float64; inputs stay unchanged."""
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        x_0, x_t = (s.astype(dtype) for s in cases.states(45, 2, IMAGES))
        for pair in ((LINEAR[500], LINEAR[499]), cases.pair_batch(IMAGES[0])):
            returned = student("ddpm_posterior", x_0, x_t, *pair)
            mean, variance = pair_of(returned.value, "mean, variance")
            want_mean, want_variance = steps.ddpm_posterior(x_0, x_t, *pair)
            close(mean, want_mean, "The mean", 4, tolerance)
            close(variance, want_variance, "The variance", want_variance, 1e-9)
            kept(returned, x_0, mean, "The mean")
            expect(variance.dtype == np.float64, f"The variance came out as {variance.dtype}; it must stay float64.")


# 1.5 ddpm_step


@number("1.5.1")
@weight(2)
@cases.searched
@given(pair=cases.pairs())
def test_ddpm_step_mean(student, pair):
    """Without noise (z = 0), x_prev is the posterior's mean at x_0_pred."""
    x_t, eps = cases.states(51, 2)
    z = np.zeros_like(x_t)
    value = student("ddpm_step", x_t, eps, *pair, z).value
    close(value, steps.ddpm_step(x_t, eps, *pair, z), "x_prev", 8 * np.sqrt(pair[1] / pair[0]))


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
    close(value, steps.predict_x_0(x_t, LINEAR[1], eps), "x_prev at the last step", 8)


@number("1.5.4")
@weight(2)
def test_ddpm_step_batch(student):
    """Each item of the batch can have its own pair, for points and for images."""
    for shape in SHAPES:
        x_t, eps, z = cases.states(54, 3, shape)
        pair = cases.pair_batch(shape[0])
        want = steps.ddpm_step(x_t, eps, *pair, z)
        scale = 8 * np.sqrt((pair[1] / pair[0]).max())
        close(student("ddpm_step", x_t, eps, *pair, z).value, want, f"x_prev for shape {shape}", scale)


@number("1.5.5")
@weight(1)
def test_ddpm_step_promises(student):
    """It keeps float32 and float64, in full precision, and leaves its inputs unchanged."""
    keeps_its_promises(student, "ddpm_step", lambda s, a, p: (s[0], s[1], a, p, s[2]), steps.ddpm_step, "x_prev")


# 1.6 ddpm_sample


@number("1.6.1")
@weight(1)
def test_ddpm_sample_calls(student):
    """The model is called exactly T times, at t = T, …, 1, with t as int64 of shape (B,)."""
    for T in (1, 40):
        examiner, _ = _ddpm_run(student, LINEAR[: T + 1])
        transcript.called_in_order(examiner, list(range(T, 0, -1)))
        for call in examiner.calls:
            right = call.t_as_asked == f"int64 of shape ({transcript.PIXELS[0]},)"
            expect(right, f"The model got t as {call.t_as_asked}; expected int64 of shape (B,).")


@number("1.6.2")
@weight(3)
def test_ddpm_sample_steps(student):
    """Each step of the chain is the DDPM step: right mean, fresh normal noise of variance β̃_t.

    False-alarm rate below 1e-9 for a right answer: see `checks.noise`.
    """
    for alpha_bar in (SHORT, cases.schedule.cosine_alpha_bar(60), cases.schedule.linear_alpha_bar(25, 0.02, 0.3)):
        examiner, returned = _ddpm_run(student, alpha_bar)
        taken = transcript.steps_taken(examiner, returned, alpha_bar, np.arange(1, len(alpha_bar)))
        transcript.is_stochastic(taken, eta=1.0)


@number("1.6.3")
@weight(2)
def test_ddpm_sample_whole_chain(student):
    """A chain of T = 1000 steps starts from the x_T that was given and ends at the last predicted x_0."""
    examiner, returned = _ddpm_run(student, LINEAR, shape=transcript.FEW_PIXELS)
    expect(len(examiner.calls) == 1000, f"The model was called {len(examiner.calls)} times; there are 1000 steps.")
    close(examiner.calls[0].x, _x_T(transcript.FEW_PIXELS), "The first state that the model saw (it must be x_T)")
    last = examiner.calls[-1]
    x_0 = steps.predict_x_0(last.x, LINEAR[1], last.answer)
    close(returned.value, x_0, "The result (it must be the last step's x_0_pred)", 8)


@number("1.6.4")
@weight(1)
def test_ddpm_sample_generator(student):
    """All noise comes from the generator: the same seed gives the same x_0, another seed another."""

    def run(generator_seed, global_seed):
        examiner, returned = _ddpm_run(student, SHORT, Seed(generator_seed), seed=global_seed)
        transcript.called_in_order(examiner, list(range(len(SHORT) - 1, 0, -1)))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    first = run(1, 1)
    expect(np.array_equal(first, run(1, 2)), "With one generator seed, x_0 changed with torch's global seed.")
    expect(not np.allclose(first, run(2, 1)), "Another seed of the generator gave the same x_0; draw z from it.")


@number("1.6.5")
@weight(1)
def test_ddpm_sample_promises(student):
    """It leaves no graph, keeps float32 and float64, and leaves x_T and alpha_bar unchanged."""
    for dtype in (np.float64, np.float32):
        for shape in (POINTS, IMAGES):
            x_T = cases.states(65, 1, shape)[0].astype(dtype)
            data = GaussianData(0.5, 0.7)
            examiner = transcript.noise_predictor(SHORT, shape, data=data, wobble=0.0)
            returned = student("ddpm_sample", examiner, x_T, SHORT, generator=Seed(3))
            numbers(returned.value, shape, "x_0")
            kept(returned, x_T, returned.value, "x_0")
            last = examiner.calls[-1]
            expect(last.x.dtype == dtype, f"The model got {last.x.dtype} states from a {np.dtype(dtype)} x_T.")
            x_0 = steps.predict_x_0(last.x, SHORT[1], last.answer)
            close(returned.value, x_0, "The result (it must be the last step's x_0_pred)", 8, SINGLE)
            expect(not returned.carries_graph, "x_0 carries a graph: sample under torch.no_grad().")


@number("1.6.6")
@weight(2)
def test_ddpm_sample_gaussian_quality(student):
    """On Gaussian data the samples have the exact mean and spread, so the exact W2 distance.

    False-alarm rate below 1e-9 for a right answer: see `checks.noise`.
    """
    alpha_bar = cases.schedule.linear_alpha_bar(60, 1e-3, 0.2)
    x_T = _x_T(transcript.SAMPLES).astype(np.float32)
    examiner = transcript.noise_predictor(alpha_bar, x_T.shape, data=transcript.GAUSSIANS, wobble=0.0)
    returned = student("ddpm_sample", examiner, x_T, alpha_bar, generator=Seed(4))
    x_0 = numbers(returned.value, x_T.shape, "x_0")
    transcript.has_moments(x_0, *transcript.GAUSSIANS.ddpm_output(alpha_bar), "With T = 60")


def _x_T(shape=transcript.PIXELS):
    return cases.states(60, 1, shape)[0]


def _ddpm_run(student, alpha_bar, generator=Seed(5), seed=0, shape=transcript.PIXELS):
    examiner = transcript.noise_predictor(alpha_bar, shape, len(alpha_bar) + 20)
    return examiner, student("ddpm_sample", examiner, _x_T(shape), alpha_bar, generator=generator, seed=seed)
