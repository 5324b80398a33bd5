"""Hidden checks of Assignment 2, first half: scores, Langevin dynamics and the reverse SDE, tasks 2.1 to 2.6."""

import math

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases, noise
from checks.cases import IMAGES, LINE, ODD, POINTS, SHAPES
from checks.judge import SINGLE, close, expect, for_shape, kept, numbers, without_graph
from checks.loss import LossChecks
from checks.promises import draws_from_generator, keeps_its_promises
from grader.checking import Examiner, Seed, phrase
from oracle import losses, steps
from oracle.arrays import along_first_axis, f64

CLOUD = (64, 64)  # a state with enough numbers for the statistics of one step
LOUD = 20  # so that a clip of the score or of x shows


# 2.1 score_from_eps


@number("2.1.1")
@weight(3)
@cases.each(alpha_bar_t=cases.alpha_bars(below=0.99999))
def test_score_formula(alpha_bar_t):
    """The score is the gradient of log q(x_t | x_0): it points against ε, scaled by 1/√(1 − ᾱ_t)."""
    (eps,) = cases.states(211, 1)
    want = steps.score_from_eps(eps, alpha_bar_t)
    returned = yield "score_from_eps", eps, alpha_bar_t
    close(returned.value, want, phrase("The score"), 4 / np.sqrt(1 - alpha_bar_t))


@number("2.1.2")
@weight(1)
def test_score_batch(student):
    """Each item of the batch can have its own ᾱ_t, for points and for images."""
    for shape, (alpha_bar_t, _) in cases.batches(SHAPES):
        (eps,) = cases.states(212, 1, shape)
        want = steps.score_from_eps(eps, alpha_bar_t)
        scale = along_first_axis(4 / np.sqrt(1 - alpha_bar_t), eps)
        close(student("score_from_eps", eps, alpha_bar_t).value, want, for_shape(phrase("The score"), shape), scale)


@number("2.1.3")
@weight(1)
def test_score_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    keeps_its_promises(student, "score_from_eps", lambda s, a, p: (s[0], a), steps.score_from_eps, phrase("The score"))


# 2.2 tweedie_mean


@number("2.2.1")
@weight(3)
@cases.each(variance=cases.between(1e-6, 50.0))
def test_tweedie_formula(variance):
    """E[μ | x] = x + Σ score, for any variance of the noise."""
    x, score = cases.states(221, 2)
    want = steps.tweedie_mean(x, score, variance)
    returned = yield "tweedie_mean", x, score, variance
    close(returned.value, want, phrase("The mean"), 4 * (1 + variance))


@number("2.2.2")
@weight(1)
def test_tweedie_batch(student):
    """Each item of the batch can have its own variance, for points and for images."""
    for shape in SHAPES:
        x, score = cases.states(222, 2, shape)
        variance = np.linspace(0.1, 2.0, shape[0])
        want = steps.tweedie_mean(x, score, variance)
        close(student("tweedie_mean", x, score, variance).value, want, for_shape(phrase("The mean"), shape), 12)


@number("2.2.3")
@weight(1)
def test_tweedie_promises(student):
    """It keeps float32 and float64, in full precision, clips nothing, and leaves its inputs unchanged."""
    keeps_its_promises(
        student, "tweedie_mean", lambda s, a, p: (s[0], s[1], 1 - a), steps.tweedie_mean, phrase("The mean")
    )


# 2.3 score_matching_loss

LOSS = LossChecks("score_matching_loss", losses.score_matching_loss)


@number("2.3.1")
@weight(3)
def test_score_loss_value(student):
    """The loss is the unweighted mean over all elements of (s_θ(x_t, t) + ε/√(1 − ᾱ_t))², with a t for each item."""
    LOSS.value(student)


@number("2.3.2")
@weight(4)
def test_score_loss_gradient(student):
    """The loss carries a graph: its gradient reaches the model, and is right at each of its answers."""
    LOSS.gradient(student)


@number("2.3.3")
@weight(2)
def test_score_loss_model_call(student):
    """The model is asked with the forward jump x_t and t as int64 of shape (B,); inputs stay unchanged."""
    LOSS.model_call(student)


# 2.4 langevin_sample


def _langevin(student, step_size, num_steps, shape=CLOUD, dtype=np.float64, generator=Seed(6), seed=0):
    """Run the student's Langevin sampler on a score that varies; returns the examiner, x, the result."""
    rng = np.random.default_rng(241)
    examiner = Examiner(lambda x: 0.5 - x + LOUD * rng.standard_normal(shape), shape, num_steps + 20, parameters=("x",))
    x = cases.states(242, 1, shape)[0].astype(dtype)
    return examiner, x, student("langevin_sample", examiner, x, step_size, num_steps, generator=generator, seed=seed)


@number("2.4.1")
@weight(3)
def test_langevin_steps(student):
    """Each step is x + η score + √(2η) z with fresh normal z, and score_fn is called once a step.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for step_size, num_steps in ((0.01, 25), (0.3, 8), (0.05, 1)):
        examiner, x, returned = _langevin(student, step_size, num_steps)
        _langevin_residuals(examiner, returned, x, [step_size] * num_steps)


@number("2.4.2")
@weight(1)
def test_langevin_generator(student):
    """All noise comes from the generator, or from torch's own where that is None."""

    def run(generator, global_seed):
        examiner, x, returned = _langevin(student, 0.1, 5, generator=generator, seed=global_seed)
        _called(examiner, 5)
        return numbers(returned.value, CLOUD, "x")

    draws_from_generator(run, "x")


@number("2.4.3")
@weight(2)
def test_langevin_promises(student):
    """It keeps float32 and float64, leaves no graph and leaves x unchanged; tiny steps move x only a little."""
    for dtype in (np.float64, np.float32):
        for shape in (POINTS, IMAGES, LINE, ODD):
            examiner, x, returned = _langevin(student, 1e-12, 6, shape, dtype)
            _called(examiner, 6)
            close(returned.value, x, phrase("x after six tiny steps"), 1, SINGLE)
            kept(returned, x, returned.value, "x")
            without_graph(returned, "x")


def _called(examiner, wanted):
    count = len(examiner.calls)
    expect(count == wanted, "score_fn was called {count} times instead of {wanted}.", count=count, wanted=wanted)


def _langevin_residuals(examiner, returned, x, step_sizes):
    """Fail unless each step from x on was a Langevin step of its size."""
    _called(examiner, wanted := len(step_sizes))
    close(examiner.calls[0].x, x, phrase("The first state that score_fn saw (it must be x)"))
    result = numbers(returned.value, examiner.shape, phrase("What it returned"))
    drawn: list[np.ndarray] = []
    for index, ((call, x_next), a) in enumerate(zip(examiner.transitions(result), step_sizes), start=1):
        where = phrase("In step {number} of {count}", number=index, count=wanted)
        residual = (f64(x_next) - call.x - a * call.answer) / math.sqrt(2 * a)
        noise.standard_normal(residual, [call.x, call.answer], drawn, where)
        drawn.append(residual)
    noise.fresh_everywhere(drawn, phrase("The noise of the steps"))
    noise.normal_shape(np.stack(drawn[::3]), phrase("The noise of the steps"))


# 2.5 annealed_langevin_sample

SIGMAS = np.array([2.0, 0.7, 0.25, 0.1])


def _annealed(student, sigmas, step_size, steps_per_sigma, shape=CLOUD, dtype=np.float64, generator=Seed(7), seed=0):
    rng = np.random.default_rng(251)
    examiner = Examiner(
        lambda x, sigma: (0.5 - x) / (1 + sigma**2) + LOUD * rng.standard_normal(shape),
        shape,
        len(sigmas) * steps_per_sigma + 20,
        parameters=("x", "sigma"),
    )
    x = cases.states(252, 1, shape)[0].astype(dtype)
    arguments = (examiner, x, sigmas, step_size, steps_per_sigma)
    return examiner, x, student("annealed_langevin_sample", *arguments, generator=generator, seed=seed)


def _levels_in_order(examiner, sigmas, steps_per_sigma):
    asked = [call.t for call in examiner.calls]
    wanted = np.repeat(sigmas, steps_per_sigma)
    _called(examiner, len(wanted))
    expect(
        np.allclose(asked, wanted, rtol=1e-6), "score_fn must get each sigma in the order given, steps_per_sigma times."
    )


@number("2.5.1")
@weight(3)
def test_annealed_steps(student):
    """At σ_i each step is a Langevin step of size step_size · (σ_i/σ_last)², with fresh z.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for sigmas, step_size, each in ((SIGMAS, 0.004, 5), (SIGMAS[:2], 0.05, 3), (SIGMAS[1:2], 0.02, 4)):
        examiner, x, returned = _annealed(student, sigmas, step_size, each)
        _levels_in_order(examiner, sigmas, each)
        _langevin_residuals(examiner, returned, x, np.repeat(step_size * (sigmas / sigmas[-1]) ** 2, each))


@number("2.5.2")
@weight(1)
def test_annealed_generator(student):
    """All noise comes from the generator, or from torch's own where that is None."""

    def run(generator, global_seed):
        examiner, _, returned = _annealed(student, SIGMAS, 0.01, 2, generator=generator, seed=global_seed)
        _levels_in_order(examiner, SIGMAS, 2)
        return numbers(returned.value, CLOUD, "x")

    draws_from_generator(run, "x")


@number("2.5.3")
@weight(2)
def test_annealed_promises(student):
    """It keeps float32 and float64, leaves no graph, and leaves x and sigmas unchanged; tiny steps move x only a
    little."""
    for dtype in (np.float64, np.float32):
        for shape in (POINTS, IMAGES, LINE, ODD):
            examiner, x, returned = _annealed(student, SIGMAS, 1e-15, 2, shape, dtype)
            _levels_in_order(examiner, SIGMAS, 2)
            close(returned.value, x, phrase("x after a few tiny steps"), 1, SINGLE)
            kept(returned, x, returned.value, "x")
            without_graph(returned, "x")


# 2.6 reverse_sde_step


@number("2.6.1")
@weight(2)
@cases.each(beta=cases.between(0.01, 20.0), dt=cases.between(1e-4, 0.5, float))
def test_sde_drift(beta, dt):
    """Without noise (z = 0), x grows by (½βx + β score) dt: time runs backwards."""
    x, score = cases.states(261, 2)
    z = np.zeros_like(x)
    want = steps.reverse_sde_step(x, score, beta, dt, z)
    returned = yield "reverse_sde_step", x, score, beta, dt, z
    close(returned.value, want, phrase("The state at t − dt"), 6 * (1 + beta * dt))


@number("2.6.2")
@weight(2)
@cases.each(beta=cases.between(0.01, 20.0), dt=cases.between(1e-4, 0.5, float))
def test_sde_noise(beta, dt):
    """The noise enters as √(β dt) z: a Brownian motion grows with the root of time."""
    x, score, z = cases.states(262, 3)
    z = z / math.sqrt(beta * dt)
    want = steps.reverse_sde_step(x, score, beta, dt, z)
    returned = yield "reverse_sde_step", x, score, beta, dt, z
    close(returned.value, want, phrase("The state at t − dt"), 9 * (1 + beta * dt))


@number("2.6.3")
@weight(1)
def test_sde_promises(student):
    """Each item can have its own β; the step keeps float32 and float64 in full precision, unclipped, and its inputs."""
    arguments = lambda s, a, p: (s[0], s[1], 20 * a, 0.5, s[2])  # noqa: E731
    keeps_its_promises(student, "reverse_sde_step", arguments, steps.reverse_sde_step, phrase("The state at t − dt"))
