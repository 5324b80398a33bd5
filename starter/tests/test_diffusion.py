"""The provided code does what it says; a test that fails here says that it was changed."""

import math

import pytest
import torch

from claims import check, close, f64, refuses
from diffusion.mlp import NoiseMLP
from diffusion.phrases import phrase
from diffusion.schedule import alpha_bar_from_beta, cosine_schedule, linear_schedule
from diffusion.tensors import check_tau, never_negative, noise_like, per_item, same_shape, time_like
from diffusion.toy import GaussianMixture, ring, swiss_roll, two_moons

pytestmark = pytest.mark.provided


@pytest.mark.parametrize("schedule", [linear_schedule, cosine_schedule])
@pytest.mark.parametrize("T", [1, 10, 1000])
def test_alpha_bar(schedule, T):
    """ᾱ has T + 1 entries, float64, starts at 1 and falls strictly, but never to 0."""
    alpha_bar = schedule(T)
    check(
        alpha_bar.shape == (T + 1,) and alpha_bar.dtype == torch.float64,
        "alpha_bar must be (T + 1,), float64",
    )
    check(alpha_bar[0] == 1 and bool((alpha_bar.diff() < 0).all()) and alpha_bar[-1] > 0, "ᾱ must fall from 1")


def test_schedules_by_hand():
    """ᾱ is the running product of 1 − β; linear β run from β_1 to β_T, cosine ᾱ is cos² up to the clip."""
    close(alpha_bar_from_beta(f64([0.5, 0.2])), f64([1.0, 0.5, 0.4]), "alpha_bar")  # 1 · 0.5 · 0.8
    close(linear_schedule(T=3, beta_1=0.1, beta_T=0.3), f64([1.0, 0.9, 0.72, 0.504]), "alpha_bar")
    # s = 0: cos² at 0° and 45°, then β = 0.999        s = 1: cos²(67.5°) / cos²(45°) = 1 − √½
    close(cosine_schedule(T=2, s=0.0), f64([1.0, 0.5, 0.0005]), "alpha_bar")
    close(cosine_schedule(T=2, s=1.0)[:2], f64([1.0, 1 - math.sqrt(0.5)]), "alpha_bar")


def test_toy_score_is_the_gradient():
    """The toy score is the gradient of the noisy data's log density, and eps is −√(1 − ᾱ_t) times that."""
    data, alpha_bar_t = two_moons(), f64([0.99, 0.5])
    x_t = f64([[0.3, -0.8], [1.0, 2.0]]).requires_grad_()
    for i in (0, 1):  # straight from the definition, one item at a time
        variance = alpha_bar_t[i] * data.std**2 + 1 - alpha_bar_t[i]
        squares = (x_t[i] - alpha_bar_t[i].sqrt() * data.means).square().sum(dim=1)
        (gradient,) = torch.autograd.grad(torch.exp(-squares / (2 * variance)).mean().log(), x_t)
        got = data.score(x_t.detach(), alpha_bar_t)[i]
        close(got, gradient[i], "score")
        close(data.eps(x_t.detach(), alpha_bar_t)[i], -(1 - alpha_bar_t[i]).sqrt() * got, "eps")


def test_toy_model():
    """eps_model looks ᾱ_t up in the table, one step for each item; one Gaussian alone can be done by hand."""
    data = GaussianMixture(means=f64([[1.0, 0.0]]), std=0.5)
    eps = data.eps_model(f64([1.0, 0.64, 0.36]))(f64([[1.8, 0.0], [0.6, 1.46]]), torch.tensor([1, 2]))
    # t = 1: variance 0.64/4 + 0.36 = 0.52, eps = 0.6 · (1.8 − 0.8) / 0.52        t = 2: 0.36/4 + 0.64 = 0.73
    close(eps, f64([[0.6 / 0.52, 0.0], [0.0, 1.6]]), "eps")


@pytest.mark.parametrize("data", [ring(), two_moons(), swiss_roll()])
def test_toy_samples(data):
    """Samples are float32 points near the means, repeatable by their generator."""
    x_0 = data.sample(500, torch.Generator().manual_seed(0))
    close(x_0, data.sample(500, torch.Generator().manual_seed(0)), "x_0")
    check(x_0.shape == (500, 2) and x_0.dtype == torch.float32, "x_0 must be (500, 2), float32")
    nearest = torch.cdist(x_0.double(), data.means).min(dim=1).values
    check(bool(nearest.max() < 6 * data.std), "a sample is more than 6 standard deviations from every mean")


def test_ring():
    """The ring's first mean lies on the x axis, at √2."""
    close(ring(4).means[:2], f64([[math.sqrt(2), 0.0], [0.0, math.sqrt(2)]]), "means")


def test_swiss_roll():
    """The spiral's means are evenly spaced along it, a coordinate's variance is 1, and its turns are apart."""
    data = swiss_roll()
    gaps = data.means.diff(dim=0).norm(dim=1)
    check(bool((gaps / gaps.mean() - 1).abs().max() < 0.05), "neighbours along the spiral are not evenly far apart")
    close(data.means.square().mean(), f64(1.0), phrase("the mean square of a coordinate"))
    close(data.means.mean(dim=0), f64([0.0, 0.0]), phrase("the mean"))
    far = torch.cdist(data.means, data.means)[:30, 50:].min()
    check(bool(far > 8 * data.std), "two turns of the spiral overlap")


def test_network():
    """NoiseMLP takes points and steps (an expanded t is fine) and gives each point a noise, with a graph."""
    eps = NoiseMLP()(torch.zeros(5, 2), torch.tensor([7]).expand(5))
    check(
        eps.shape == (5, 2) and eps.dtype == torch.float32 and eps.requires_grad,
        "eps must be (5, 2), float32",
    )


def test_tensor_helpers():
    """per_item lines a coefficient up with the state; noise_like and time_like match the state."""
    x = torch.zeros(3, 1, 2, 2)
    check(per_item(f64(0.5), x).shape == (), "a 0-d coefficient stays 0-d")
    check(per_item(f64([1.0, 2.0, 3.0]), x).shape == (3, 1, 1, 1), "a (B,) coefficient becomes (B, 1, 1, 1)")
    check(
        noise_like(x, None).shape == x.shape and noise_like(x.double(), None).dtype == torch.float64,
        "noise_like",
    )
    close(time_like(x, 7), torch.tensor([7, 7, 7]), "t")
    for radicand, kept in (([-1e-13, 0.5], [0.0, 0.5]), ([], [])):
        check(torch.equal(never_negative(f64(radicand)), f64(kept)), "rounding below 0 becomes 0, all else stays")
    refuses(lambda: same_shape(x=x, eps=x[:2]), "eps has shape")
    refuses(lambda: per_item(f64([1.0, 2.0]), x), "expected () or (3,)")
    refuses(lambda: never_negative(f64([0.5, -1e-9])), "maximum")
    refuses(lambda: check_tau(torch.tensor([2, 1]), f64([1.0, 0.5, 0.4])), "ascending")
    check_tau(torch.tensor([1, 2]), f64([1.0, 0.5, 0.4]))
