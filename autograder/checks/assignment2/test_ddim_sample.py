"""Hidden checks of Assignment 2: the sub-sequence, the DDIM sampler and its inversion, tasks 2.10 to 2.12."""

import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases, transcript
from checks.cases import IMAGES, LINE, ODD, POINTS, SCHEDULES, T
from checks.judge import EXACT, SINGLE, asked_plainly, close, expect, kept, numbers, without_graph
from checks.promises import draws_from_generator, repeated
from grader.checking import Seed, describe, phrase
from oracle import samplers, schedule, steps
from oracle.gaussian import GaussianData

LINEAR, COSINE = SCHEDULES["linear"], SCHEDULES["cosine"]
SHORT = LINEAR[:41]


# 2.10 ddim_timesteps

ALL_OF_T = [(T, S) for S in range(1, T + 1)]  # every S for the T that is used, and for small ones
SMALL = [(total, S) for total in range(1, 25) for S in range(1, total + 1)]
MANY_T = [(total, int(S)) for total in range(25, 1101, 5) for S in np.random.default_rng(total).integers(1, total, 1)]


def _taus(student, sizes):
    """T, S and the student's τ for each of them."""
    for (total, count), returned in zip(sizes, student.map("ddim_timesteps", sizes)):
        tau = returned.value
        right = isinstance(tau, np.ndarray) and tau.ndim == 1 and tau.dtype in (np.int64, np.int32)
        expect(right, "tau is {tau}; expected a 1-d int64 tensor.", tau=describe(tau))
        yield total, count, tau


@number("2.10.1")
@weight(1)
def test_timesteps_count(student):
    """There are exactly S steps, int64, strictly ascending within 1..T, and the last one is T, also where S does not
    divide T."""
    for total, count, tau in _taus(student, [*ALL_OF_T, *SMALL, *MANY_T]):
        at, ascending = {"T": total, "S": count}, (tau[1:] > tau[:-1]).all() and (tau >= 1).all()
        expect(tau.dtype == np.int64, "tau came out as {dtype}; expected int64.", dtype=tau.dtype)
        expect(len(tau) == count, "For T = {T}, S = {S}, tau has {count} steps.", count=len(tau), **at)
        expect(ascending, "For T = {T}, S = {S}, tau is not strictly ascending within 1..T.", **at)
        expect(tau[-1] == total, "For T = {T}, S = {S}, tau does not end at T.", **at)


@number("2.10.2")
@weight(1)
def test_timesteps_even(student):
    """The steps are evenly spaced, to within one step."""
    for total, count, tau in _taus(student, [*ALL_OF_T, *SMALL]):
        expect(
            schedule.is_even(tau.astype(np.int64), total, count),
            "For T = {T}, S = {S}, tau is not S steps, evenly spaced up to T.",
            T=total,
            S=count,
        )


# 2.11 ddim_sample

WITH_1 = np.array([1, 2, 40, 333, 700, T])  # holds t = 1, has neighbours, does not end evenly
WITHOUT_1 = np.array([5, 11, 300, 640, 980])  # neither 1 nor T


def _tau_of(count, total=T):
    return schedule.even_timesteps(total, count)


def _x_T(shape=transcript.PIXELS, dtype=np.float64, seed=2110):
    return cases.states(seed, 1, shape)[0].astype(dtype)


def _ddim(student, alpha_bar, tau, eta, x_T=None, generator=Seed(8), seed=0, wobble=0.3, data=transcript.DATA):
    """Run the student's sampler, with its own default for η = None; returns the examiner and what came back."""
    x_T = _x_T() if x_T is None else x_T
    examiner = transcript.noise_predictor(alpha_bar, x_T.shape, len(tau) + 20, data, wobble)
    given = (x_T, alpha_bar, tau) if eta is None else (x_T, alpha_bar, tau, eta)
    returned = student("ddim_sample", examiner, *given, generator=generator, seed=seed)
    return examiner, returned


@number("2.11.1")
@weight(2)
def test_sample_calls(student):
    """The model is called exactly S times, at t = τ_S, …, τ_1, with t as int64 of shape (B,), for any τ."""
    for tau in (_tau_of(1), _tau_of(7), _tau_of(10), WITH_1, WITHOUT_1):
        examiner, _ = _ddim(student, LINEAR, tau, 0.0, _x_T(POINTS), data=GaussianData(0.0, 1.0))
        transcript.called_in_order(examiner, list(tau[::-1]))
        for call in examiner.calls:
            asked_plainly(call)
    for total in (1, 2, 100):  # all of them; of T = 1000, in 2.11.4
        tau = np.arange(1, total + 1)
        examiner, _ = _ddim(student, LINEAR[: total + 1], tau, 0.0, _x_T(POINTS), data=GaussianData(0.0, 1.0))
        transcript.called_in_order(examiner, list(tau[::-1]))


@number("2.11.2")
@weight(3)
@pytest.mark.drawn
def test_sample_eta_0(student):
    """At η = 0 every step is the deterministic DDIM step, from x_T to x_0, on any sub-sequence of either schedule."""
    for alpha_bar in (LINEAR, COSINE):
        for tau in (_tau_of(1), _tau_of(7), _tau_of(10), _tau_of(50), WITH_1, WITHOUT_1):
            examiner, returned = _ddim(student, alpha_bar, tau, 0.0)
            taken = transcript.steps_taken(examiner, returned, alpha_bar, tau)
            close(taken[0].x_t, _x_T(), phrase("The first state that the model saw (it must be x_T)"))
            transcript.is_deterministic(taken)


@number("2.11.3")
@weight(4)
@pytest.mark.drawn
def test_sample_sigma(student):
    """On a sub-sequence each step's noise has σ_t = η √β̃_t of its own pair (t, next smaller τ).

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for alpha_bar in (LINEAR, COSINE):
        for tau in (_tau_of(7), _tau_of(10), _tau_of(50), WITH_1, WITHOUT_1):
            for eta in (0.3, 0.5, 1.0) if len(tau) < 50 else (0.5,):
                examiner, returned = _ddim(student, alpha_bar, tau, eta)
                taken = transcript.steps_taken(examiner, returned, alpha_bar, tau)
                transcript.is_stochastic(taken, eta)
    examiner, returned = _ddim(student, SHORT, np.arange(1, 41), 1.2)  # here, σ_t stays below its maximum
    transcript.is_stochastic(transcript.steps_taken(examiner, returned, SHORT, np.arange(1, 41)), 1.2)


@number("2.11.4")
@weight(2)
def test_sample_is_ddpm(student):
    """At η = 1 on the full sequence 1..T the chain is the DDPM, step by step.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for alpha_bar in (LINEAR, cases.cosine_alpha_bar(60), SHORT):
        tau = np.arange(1, len(alpha_bar))
        shape = transcript.FEW_PIXELS if len(tau) == T else transcript.PIXELS
        examiner, returned = _ddim(student, alpha_bar, tau, 1.0, _x_T(shape))
        transcript.is_stochastic(transcript.steps_taken(examiner, returned, alpha_bar, tau), 1.0)


@number("2.11.5")
@weight(2)
def test_sample_deterministic(student):
    """At η = 0, its default, a fixed x_T gives bitwise the same x_0 under any seed, and another x_T another x_0."""
    tau = _tau_of(10)

    def run(generator_seed, global_seed, x_T_seed=2110):
        arguments = (LINEAR, tau, None, _x_T(seed=x_T_seed), Seed(generator_seed), global_seed)
        examiner, returned = _ddim(student, *arguments)
        transcript.called_in_order(examiner, list(tau[::-1]))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    first = repeated(lambda: run(1, 1), "x_0")
    expect(np.array_equal(first, run(2, 1)), "At η = 0, x_0 changed with the seed of the generator.")
    expect(np.array_equal(first, run(1, 2)), "At η = 0, x_0 changed with torch's global seed.")
    expect(not np.allclose(first, run(1, 1, 2111)), "Another x_T gave the same x_0; the sampler must start from x_T.")


@number("2.11.6")
@weight(1)
def test_sample_generator(student):
    """At η > 0 all noise comes from the generator, or from torch's own where that is None."""
    tau = _tau_of(10)

    def run(generator, global_seed):
        examiner, returned = _ddim(student, LINEAR, tau, 0.8, generator=generator, seed=global_seed)
        transcript.called_in_order(examiner, list(tau[::-1]))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    draws_from_generator(run, "x_0")


@number("2.11.7")
@weight(1)
def test_sample_promises(student):
    """It leaves no graph, keeps float32 and float64, in full precision, for points and images, and leaves x_T,
    alpha_bar and tau unchanged.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        for shape in (POINTS, IMAGES, LINE, ODD):
            x_T = _x_T(shape, dtype)
            examiner, returned = _ddim(student, LINEAR, _tau_of(10), 0.0, x_T, data=GaussianData(8.0, 0.7))
            kept(returned, x_T, returned.value, "x_0")
            transcript.is_deterministic(transcript.steps_taken(examiner, returned, LINEAR, _tau_of(10)), tolerance)
            transcript.keeps_dtype(examiner.calls[-1], x_T)
            without_graph(returned, "x_0")
    tau = np.arange(2, len(cases.FINE), 2)
    examiner, returned = _ddim(student, cases.FINE, tau, 1.0)
    transcript.is_stochastic(transcript.steps_taken(examiner, returned, cases.FINE, tau), 1.0)


# 2.12 ddim_invert


def _invert(student, tau, x_0):
    """Run the student's inversion; returns the examiner, what came back and the steps (t_prev, t) in order."""
    data = GaussianData(0.3, 0.8)
    examiner = transcript.noise_predictor(LINEAR, x_0.shape, len(tau) + 20, data, wobble=0.3)
    returned = student("ddim_invert", examiner, x_0, LINEAR, tau)
    pairs = [(t_prev, t) for t, t_prev, _, _ in reversed(samplers.step_pairs(LINEAR, tau))]
    asked = [int(call.t[0]) for call in examiner.calls]
    present = [[max(lowest, t_prev) for t_prev, _ in pairs] for lowest in (1, int(tau[0]))]  # t = 0 is asked at either
    transcript.called_in_order(examiner, asked if asked in present else [t for _, t in pairs])
    return examiner, returned, pairs


@number("2.12.1")
@weight(3)
def test_invert_steps(student):
    """Each step keeps ε and takes x_0_pred from ᾱ_prev to ᾱ_t, from clean data to τ_S."""
    for tau in (_tau_of(1), _tau_of(10), WITH_1, WITHOUT_1):
        x_0 = _x_T(POINTS)
        examiner, returned, pairs = _invert(student, tau, x_0)
        x_T = numbers(returned.value, POINTS, "x_T")
        close(examiner.calls[0].x, x_0, phrase("The first state that the model saw (it must be x_0)"))
        for (call, x_next), (t_prev, t) in zip(examiner.transitions(x_T), pairs):
            want = steps.q_sample(steps.predict_x_0(call.x, LINEAR[t_prev], call.answer), LINEAR[t], call.answer)
            close(x_next, want, transcript.state_after(t_prev, t), 20)


@number("2.12.2")
@weight(1)
def test_invert_promises(student):
    """It asks with t as int64 of shape (B,), leaves no graph, keeps float32 and float64, in full precision, and leaves
    x_0, alpha_bar and tau unchanged."""
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        for shape in (POINTS, IMAGES, LINE, ODD):
            x_0 = _x_T(shape, dtype)
            examiner, returned, pairs = _invert(student, _tau_of(7), x_0)
            kept(returned, x_0, returned.value, "x_T")
            last, (t_prev, t) = examiner.calls[-1], pairs[-1]
            want = steps.q_sample(steps.predict_x_0(last.x, LINEAR[t_prev], last.answer), LINEAR[t], last.answer)
            close(returned.value, want, "x_T", 20, tolerance)
            asked_plainly(last)
            expect(not returned.carries_graph, "x_T carries a graph: run under torch.no_grad().")
