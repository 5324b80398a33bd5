"""What a check says is true of the case in which it says it: sentences that once were not, or said too much."""

from types import SimpleNamespace

import numpy as np
import pytest

from checks import images, judge, noise, quality
from grader.outcomes import Flooded, Wrong
from grader.transcript.examiner import Examiner, describe
from oracle import schedule

RNG = np.random.default_rng(23)
X = RNG.standard_normal((4, 50))


@pytest.mark.parametrize(
    "value, want, tolerance, said",
    [
        (X.astype(np.float32).astype(float), X, 1e-10, "is only nearly right: perhaps a number is kept in float32"),
        (X * (1 + 1e-7), X, 1e-10, "is only nearly right: .* or the formula is a little off"),
        (0 * X + 1e-7, 0 * X, 1e-10, "is not 0 where it must be: perhaps"),
        (X, 0 * X, 1e-10, r"is not 0 where it must be\."),
        (X + 1, X, 1e-10, r"is not what it must be \(in 200 of 200 places\)"),
        (X + 1, X, judge.ROUGH, r"is not what it must be \(in 200 of 200 places\)"),
        (np.array(1e-9), 0.0, 1e-10, "is not 0 where it must be: perhaps"),
    ],
)
def test_what_is_nearly_right_is_not_blamed_on_float32_alone(value, want, tolerance, said):
    with pytest.raises(Wrong, match=f"^x_t {said}"):
        judge.close(value, want, "x_t", 1, tolerance)


def test_a_tuple_of_another_size_is_told_by_its_size():
    with pytest.raises(Wrong, match="^The function returned a tuple of 2; expected 3 values: omega_0, omega_t, b"):
        judge.pair_of([X, X], "omega_0, omega_t, b")
    with pytest.raises(Wrong, match="^The function returned float64 of shape .*; expected 2 values"):
        judge.pair_of(X, "mean, variance")
    assert describe([X, X]) == "a tuple or a list"


NORMAL = RNG.standard_normal((12, 20, 200))
STEPS = {
    "one noise for two items": (np.concatenate([NORMAL[:, :1], NORMAL[:, :1], NORMAL[:, 2:]], axis=1), "two items"),
    "larger": (1.1 * NORMAL, r"is 1\.1 times as large as it must be, all steps together"),
    "with a mean": (NORMAL * 0.999 + 0.05, "has a mean, all steps together"),
    "uniform": (12**0.5 * (RNG.random(NORMAL.shape) - 0.5), "is not distributed as standard normal noise is"),
}


@pytest.mark.parametrize("steps, said", STEPS.values(), ids=STEPS)
def test_noise_is_looked_at_for_copies_and_size_before_its_shape(steps, said):
    with pytest.raises(Wrong, match=f"^The noise .*{said}"):
        noise.fresh_everywhere([*steps], "The noise")
        noise.normal_shape(steps, "The noise")


def test_a_chain_at_the_right_distance_with_another_covariance_is_not_said_to_be_1_times_as_far():
    """Its variances are 1; the right ones lie on the other side of the images', as far from them."""
    alpha_bar, tau = schedule.linear_alpha_bar(10), np.arange(1, 11)
    std = np.where(images.STD >= 0.5, 2 * images.STD - 1, 1.0)

    student = SimpleNamespace(map=lambda _, calls: (SimpleNamespace(value=z) for (z,) in calls))
    with pytest.raises(Wrong, match="^At η = 1, your steps end as far from the images as right ones, but somewhere"):
        quality.chain_fits(student, "step", lambda x_t, eps, z, *_: (z,), alpha_bar, tau, std, "At η = 1")


@pytest.mark.parametrize("factor, said", [(1.04, "is nearly, but not, as large"), (1.2, "is 1.2 times as large")])
def test_noise_of_another_size_is_never_1_times_as_large(factor, said):
    noisy = factor * RNG.standard_normal((300, 200))
    with pytest.raises(Wrong, match=f"^In step 2, what is added to the right mean {said} as the noise must be"):
        noise.standard_normal(noisy, [], [], "In step 2")


@pytest.mark.parametrize("parameters, name", [(("x_t", "t"), "The model"), (("x",), "score_fn")])
def test_a_model_and_a_score_are_called_by_their_names(parameters, name):
    examiner = Examiner(lambda *args: args[0], (4, 50), 0, parameters=parameters)
    with pytest.raises(Flooded, match=f"^{name} was called more than 0 times; fewer calls are enough"):
        examiner.answer([X])
