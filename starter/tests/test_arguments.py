"""The argument checks that stand above the TODOs are provided: they work from the start and carry no points.

"Should raise" means a ValueError that says what was expected.
"""

import pytest
import torch

from claims import ALPHA_BAR_PREV, ALPHA_BAR_T, f64, refuses

pytestmark = pytest.mark.provided

A, P = ALPHA_BAR_T, ALPHA_BAR_PREV
X, Y = torch.zeros(3, 2), torch.zeros(3, 1)  # two states whose shapes disagree
TABLE, STEP = f64([1.0, 0.64, 0.5, 0.36]), torch.tensor([1, 2, 3])


def model(x, t):
    return 0 * x


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("q_sample", (X, A, Y)),
        ("q_sample", (X, f64([0.36, 0.64]), X)),  # two coefficients for three items
        ("predict_x_0", (X, A, Y)),
        ("noise_prediction_loss", (model, X, STEP, Y, TABLE)),
        ("ddpm_posterior", (X, Y, A, P)),
        ("ddpm_posterior", (X, X, A, f64([0.64, 0.64, 0.64]))),  # 0-d and (B,) mixed
        ("ddpm_step", (X, X, A, P, Y)),
        ("ddim_sigma", (A, f64([0.64]), 1.0)),
        ("ddim_coefficients", (A, P, f64([0.1]))),
        ("ddim_step", (X, Y, A, P, 0.0, X)),
    ],
)
def test_sampler_refuses_shapes_that_disagree(sampler, function, arguments):
    """Shapes that disagree should raise a ValueError that names them."""
    refuses(lambda: getattr(sampler, function)(*arguments), "shape")


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("score_from_eps", (X, f64([0.36, 0.64]))),
        ("tweedie_mean", (X, Y, A)),
        ("score_matching_loss", (model, X, STEP, Y, TABLE)),
        ("reverse_sde_step", (X, X, A, 0.01, Y)),
    ],
)
def test_score_refuses_shapes_that_disagree(score, function, arguments):
    """Shapes that disagree should raise a ValueError that names them."""
    refuses(lambda: getattr(score, function)(*arguments), "shape")


def test_sigma_above_its_maximum(sampler):
    """In ddim_coefficients a σ_t above √(1 − ᾱ_prev) = 0.6 should raise a ValueError."""
    refuses(lambda: sampler.ddim_coefficients(A, P, f64(0.61)), "maximum")


@pytest.mark.parametrize("S", [0, 11])
def test_number_of_steps(sampler, S):
    """In ddim_timesteps an S outside 1..T should raise a ValueError."""
    refuses(lambda: sampler.ddim_timesteps(10, S), "1..T")


@pytest.mark.parametrize("tau", [[3, 1], [1, 1], [0, 3], [1, 4], [], [1.0, 3.0], [[1, 3]]])
@pytest.mark.parametrize("function", ["ddim_sample", "ddim_invert"])
def test_bad_tau(sampler, function, tau):
    """A τ that isn't a strictly ascending 1-d int64 sub-sequence of 1..T should raise a ValueError."""
    refuses(lambda: getattr(sampler, function)(model, X, TABLE, torch.tensor(tau)), "tau")
