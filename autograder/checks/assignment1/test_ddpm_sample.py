"""Hidden checks of Assignment 1: the DDPM sampler, task 1.6."""

import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases, transcript
from checks.cases import IMAGES, LINE, ODD, POINTS, SCHEDULES
from checks.judge import EXACT, SINGLE, asked_plainly, close, kept, numbers, without_graph
from checks.promises import draws_from_generator
from grader.checking import Seed, phrase
from oracle import steps
from oracle.gaussian import GaussianData

LINEAR = SCHEDULES["linear"]
SHORT = LINEAR[:41]  # a chain of T = 40 steps


# 1.6 ddpm_sample


@number("1.6.1")
@weight(1)
def test_ddpm_sample_calls(student):
    """The model is called exactly T times, at t = T, …, 1, with t as int64 of shape (B,)."""
    for T in (1, 2, 40):
        examiner, _ = _ddpm_run(student, LINEAR[: T + 1])
        transcript.called_in_order(examiner, list(range(T, 0, -1)))
        for call in examiner.calls:
            asked_plainly(call)


@number("1.6.2")
@weight(3)
@pytest.mark.drawn
def test_ddpm_sample_steps(student):
    """Each step of the chain is the DDPM step: right mean, fresh normal noise of variance β̃_t.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for alpha_bar in (SHORT, cases.cosine_alpha_bar(60), cases.schedule.linear_alpha_bar(25, 0.02, 0.3)):
        examiner, returned = _ddpm_run(student, alpha_bar)
        taken = transcript.steps_taken(examiner, returned, alpha_bar, np.arange(1, len(alpha_bar)))
        transcript.is_stochastic(taken, eta=1.0)


@number("1.6.3")
@weight(2)
@pytest.mark.drawn
def test_ddpm_sample_whole_chain(student):
    """A chain of T = 1000 steps starts from the x_T that was given, and each of its steps is the DDPM step.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    examiner, returned = _ddpm_run(student, LINEAR, shape=transcript.FEW_PIXELS)
    taken = transcript.steps_taken(examiner, returned, LINEAR, np.arange(1, len(LINEAR)))
    close(taken[0].x_t, _x_T(transcript.FEW_PIXELS), phrase("The first state that the model saw (it must be x_T)"))
    transcript.is_stochastic(taken, eta=1.0)


@number("1.6.4")
@weight(1)
def test_ddpm_sample_generator(student):
    """All noise comes from the generator, or from torch's own where that is None."""

    def run(generator, global_seed):
        examiner, returned = _ddpm_run(student, SHORT, generator, seed=global_seed)
        transcript.called_in_order(examiner, list(range(len(SHORT) - 1, 0, -1)))
        return numbers(returned.value, transcript.PIXELS, "x_0")

    draws_from_generator(run, "x_0")


@number("1.6.5")
@weight(1)
def test_ddpm_sample_promises(student):
    """It leaves no graph, keeps float32 and float64, in full precision, and leaves x_T and alpha_bar unchanged.

    False-alarm rate below 1e-9 for a right answer: see `oracle.normal`.
    """
    for dtype, tolerance in ((np.float64, EXACT), (np.float32, SINGLE)):
        for shape in (POINTS, IMAGES, LINE, ODD):
            x_T = cases.states(65, 1, shape)[0].astype(dtype)
            data = GaussianData(8.0, 0.05)  # so that a clip shows
            examiner = transcript.noise_predictor(SHORT, shape, data=data, wobble=0.0)
            returned = student("ddpm_sample", examiner, x_T, SHORT, generator=Seed(3))
            numbers(returned.value, shape, "x_0")
            kept(returned, x_T, returned.value, "x_0")
            transcript.called_in_order(examiner, list(range(len(SHORT) - 1, 0, -1)))
            last = examiner.calls[-1]
            transcript.keeps_dtype(last, x_T)
            x_0 = steps.predict_x_0(last.x, SHORT[1], last.answer)
            close(returned.value, x_0, phrase("The result (it must be the last step's x_0_pred)"), 8, tolerance)
            without_graph(returned, "x_0")
    examiner, returned = _ddpm_run(student, cases.FINE)
    transcript.is_stochastic(transcript.steps_taken(examiner, returned, cases.FINE, np.arange(1, len(cases.FINE))), 1.0)


def _x_T(shape=transcript.PIXELS):
    return cases.states(60, 1, shape)[0]


def _ddpm_run(student, alpha_bar, generator=Seed(5), seed=0, shape=transcript.PIXELS):
    examiner = transcript.noise_predictor(alpha_bar, shape, len(alpha_bar) + 20)
    return examiner, student("ddpm_sample", examiner, _x_T(shape), alpha_bar, generator=generator, seed=seed)
