"""Assignment 1, DDPM: each test is a claim (its docstring), with numbers that you can check by hand.

Unless a test says otherwise: √ᾱ_t = 0.6, √(1 − ᾱ_t) = 0.8 and √ᾱ_prev = 0.8, √(1 − ᾱ_prev) = 0.6.
"""

import pytest
import torch

from claims import (
    ALPHA_BAR_PREV,
    ALPHA_BAR_T,
    ONE,
    SHAPES,
    check,
    close,
    draws,
    f64,
    from_generator,
    items,
    like,
    of,
    parts,
    repeats,
    starts_at,
)
from diffusion.mlp import NoiseMLP
from diffusion.phrases import phrase
from diffusion.schedule import linear_schedule
from diffusion.toy import ring
from spies import ItemSpy, StepSpy

TABLE = f64([1.0, 0.64, 0.36, 0.0784])  # alpha_bar of a chain with T = 3; the roots of the last are 0.28 and 0.96


# 1.1  q_sample


@pytest.mark.task("1.1")
def test_jump_by_hand(sampler):
    """x_t is √ᾱ_t parts of x_0 and √(1 − ᾱ_t) parts of ε."""
    x_0, eps = f64([[2.0, -1.0]]), f64([[-1.0, 3.0]])
    # 0.6 · 2 + 0.8 · (−1) = 0.4        0.6 · (−1) + 0.8 · 3 = 1.8
    close(sampler.q_sample(x_0, ALPHA_BAR_T, eps), f64([[0.4, 1.8]]), "x_t")


@pytest.mark.task("1.1")
@pytest.mark.parametrize("data", SHAPES)
def test_jump_of_a_batch(sampler, data):
    """In a batch of points or images each item has its own ᾱ_t."""
    x_t = sampler.q_sample(items(1, 1, data), f64([0.36, 0.64]), items(2, 2, data))
    # first item: 0.6 · 1 + 0.8 · 2 = 2.2        second item: 0.8 · 1 + 0.6 · 2 = 2.0
    close(x_t, items(2.2, 2.0, data), of(data, "x_t"), tol=1e-6)


@pytest.mark.task("1.1")
def test_jump_to_clean_data(sampler):
    """At ᾱ_t = 1 the jump goes nowhere: x_t = x_0."""
    close(sampler.q_sample(f64([[2.0, -1.0]]), ONE, f64([[5.0, 5.0]])), f64([[2.0, -1.0]]), "x_t")


# 1.2  predict_x_0


@pytest.mark.task("1.2")
def test_prediction_by_hand(sampler):
    """From x_t and the true ε the prediction is the x_0 that x_t was made of."""
    x_t, eps = f64([[0.4, 1.8]]), f64([[-1.0, 3.0]])  # made in the test of 1.1 from x_0 = (2, −1)
    # (0.4 − 0.8 · (−1)) / 0.6 = 2        (1.8 − 0.8 · 3) / 0.6 = −1
    close(sampler.predict_x_0(x_t, ALPHA_BAR_T, eps), f64([[2.0, -1.0]]), "x_0_pred")


@pytest.mark.task("1.2")
@pytest.mark.parametrize("data", SHAPES)
def test_prediction_of_a_batch(sampler, data):
    """In a batch of points or images each item has its own ᾱ_t, also when it is predicted."""
    x_0_pred = sampler.predict_x_0(items(2.2, 2.0, data), f64([0.36, 0.64]), items(2, 2, data))
    # first item: (2.2 − 0.8 · 2) / 0.6 = 1        second item: (2.0 − 0.6 · 2) / 0.8 = 1
    close(x_0_pred, items(1, 1, data), of(data, "x_0_pred"), tol=1e-6)


# 1.3  noise_prediction_loss


@pytest.mark.task("1.3")
def test_loss_is_a_mean(sampler):
    """The loss is the mean over all elements: for a model that always says 0 it is the mean of ε²."""
    eps, t = f64([[3.0, 0.0], [0.0, 1.0]]), torch.tensor([1, 2])
    model, x_0 = lambda x_t, t: 0 * x_t, 2 * torch.ones_like(eps)
    loss = repeats(
        lambda: sampler.noise_prediction_loss(model, x_0, t, eps, TABLE), phrase("ε is given and nothing is drawn")
    )
    close(loss, f64(2.5), "loss")  # (9 + 0 + 0 + 1) / 4 = 2.5


@pytest.mark.task("1.3")
def test_loss_asks_the_model_about_the_noisy_data(sampler):
    """The model is asked about x_t and not x_0, at the step t of each item, and its answer is held against ε."""
    model, t = ItemSpy(lambda x_t, t: x_t), torch.tensor([2, 1])
    loss = sampler.noise_prediction_loss(model, f64([[2.0], [2.0]]), t, f64([[-1.0], [1.0]]), TABLE)
    # t = 2: 0.6 · 2 + 0.8 · (−1) = 0.4        t = 1: 0.8 · 2 + 0.6 · 1 = 2.2
    model.was_asked(f64([[0.4], [2.2]]), t)
    close(loss, f64(1.7), "loss")  # ((0.4 + 1)² + (2.2 − 1)²) / 2 = (1.96 + 1.44) / 2


@pytest.mark.task("1.3")
def test_loss_trains_a_network(sampler):
    """A small network that goes down the loss's gradient for 150 steps learns the noise of the ring."""
    torch.manual_seed(0)
    alpha_bar, data, network = linear_schedule(), ring(), NoiseMLP()
    weights, losses = list(network.parameters()), []
    for _ in range(150):
        x_0, t, eps = data.sample(64), torch.randint(1, 1001, (64,)), torch.randn(64, 2)
        loss = sampler.noise_prediction_loss(network, x_0, t, eps, alpha_bar)
        graph = isinstance(loss, torch.Tensor) and loss.requires_grad
        check(graph, "the loss must carry a graph: nothing in it may be detached or made under no_grad")
        for weight, slope in zip(weights, torch.autograd.grad(loss, weights)):
            weight.data -= 0.2 * slope
        losses.append(loss.item())
    end = sum(losses[-20:]) / 20  # about 0.29; 0.20 is the best that any network can do, and 1 is knowing nothing
    check(
        end < 0.5,
        "the loss should fall from about 1 to below 0.5; it went from {first:.2f} to {end:.2f}",
        first=losses[0],
        end=end,
    )


# 1.4  ddpm_posterior:  β_t = 1 − 0.36/0.64 = 7/16, √α_t = 3/4


@pytest.mark.task("1.4")
def test_posterior_mean_by_hand(sampler):
    """The posterior mean is a sum of x_0 and x_t, each with a positive weight, over 1 − ᾱ_t."""
    answer = sampler.ddpm_posterior(f64([[2.0]]), f64([[1.0]]), ALPHA_BAR_T, ALPHA_BAR_PREV)
    mean, _ = parts(answer, "mean, variance")
    # weight of x_t: √α_t (1 − ᾱ_prev) / (1 − ᾱ_t) = 0.75 · 0.36 / 0.64 = 27/64
    # weight of x_0: √ᾱ_prev β_t / (1 − ᾱ_t)       = 0.8 · (7/16) / 0.64 = 35/64
    close(mean, f64([[(35 * 2 + 27 * 1) / 64]]), "mean")


@pytest.mark.task("1.4")
def test_posterior_variance_by_hand(sampler):
    """The posterior variance is β̃_t, float64, in the shape of the coefficients."""
    answer = sampler.ddpm_posterior(torch.ones(1, 2), torch.ones(1, 2), ALPHA_BAR_T, ALPHA_BAR_PREV)
    _, variance = parts(answer, "mean, variance")
    close(variance, f64(63 / 256), "variance")  # (1 − ᾱ_prev) / (1 − ᾱ_t) · β_t = (9/16) · (7/16)


@pytest.mark.task("1.4")
def test_posterior_of_the_last_step(sampler):
    """At an item's last step, ᾱ_prev = 1, the mean is x_0 and the variance 0; other items go on as before."""
    x_0, x_t = f64([[2.0] * 3] * 2), f64([[1.0] * 3] * 2)
    mean, variance = parts(sampler.ddpm_posterior(x_0, x_t, f64([0.36, 0.64]), f64([0.64, 1.0])), "mean, variance")
    close(variance, f64([63 / 256, 0.0]), "variance")
    close(mean, f64([[97 / 64] * 3, [2.0] * 3]), "mean")


# 1.5  ddpm_step


@pytest.mark.task("1.5")
def test_ddpm_step_without_noise(sampler):
    """With z = 0 a step lands on the posterior mean, the predicted x_0 in the place of x_0."""
    x_t, eps = f64([[0.4]]), f64([[-1.0]])  # x_0_pred = (0.4 + 0.8) / 0.6 = 2
    x_prev = sampler.ddpm_step(x_t, eps, ALPHA_BAR_T, ALPHA_BAR_PREV, z=torch.zeros_like(x_t))
    close(x_prev, f64([[35 / 64 * 2 + 27 / 64 * 0.4]]), "x_prev")


@pytest.mark.task("1.5")
def test_ddpm_step_noise_is_beta_tilde(sampler):
    """The noise of a step has the standard deviation √β̃_t (DDPM's "fixed small"), neither √β_t nor β̃_t."""
    x_t, eps = f64([[0.4]]), f64([[-1.0]])
    quiet, noisy = (
        repeats(
            lambda z=z: sampler.ddpm_step(x_t, eps, ALPHA_BAR_T, ALPHA_BAR_PREV, f64([[z]])),
            phrase("z is all the noise"),
        )
        for z in (0.0, 1.0)
    )
    close(noisy - quiet, f64([[63 / 256]]).sqrt(), phrase("what z = 1 adds"))  # √(63/256) = 0.496


@pytest.mark.task("1.5")
@pytest.mark.parametrize("data", SHAPES)
def test_ddpm_step_of_a_batch(sampler, data):
    """Each item of a batch makes its own step; the last one, to ᾱ_prev = 1, returns x_0_pred whatever z is."""
    x_t, eps, z = items(0.4, 0.4, data), items(-1, -1, data), items(0, 100, data)
    x_prev = sampler.ddpm_step(x_t, eps, f64([0.36, 0.36]), f64([0.64, 1.0]), z)
    # first item: 35/64 · 2 + 27/64 · 0.4 = 1.2625, as above with z = 0        second item: x_0_pred = 2
    close(x_prev, items(1.2625, 2.0, data), of(data, "x_prev"), tol=1e-5)


# 1.6  ddpm_sample


@pytest.mark.task("1.6")
def test_ddpm_sample_walks_the_whole_chain(sampler):
    """The model is asked T times, at t = T, ..., 2, 1."""
    model = StepSpy(lambda x_t, t: 0 * x_t)
    sampler.ddpm_sample(model, torch.zeros(3, 1, 2, 2), linear_schedule(T=5))
    check(model.ts == [5, 4, 3, 2, 1], "with T = 5 the steps are 5, 4, 3, 2, 1; they were {ts}", ts=model.ts)


@pytest.mark.task("1.6")
def test_ddpm_sample_finds_the_only_data_point(sampler):
    """If the data are one single point and the model knows it, the chain ends there, from any noise."""
    alpha_bar, point = linear_schedule(T=50), f64([1.0, -2.0])
    model = StepSpy(lambda x_t, t: (x_t - alpha_bar[t].sqrt() * point) / (1 - alpha_bar[t]).sqrt())
    x_T = f64([[0.3, -0.3], [5.0, 0.0]])
    x_0 = sampler.ddpm_sample(model, x_T, alpha_bar)
    starts_at(model.xs[0], x_T)
    close(x_0, point.expand(2, 2), "x_0")


@pytest.mark.task("1.6")
def test_ddpm_sample_noise(sampler):
    """Each step draws fresh noise of its own standard deviation √β̃_t for every number, and the last step none."""
    model, x_T = StepSpy(lambda x_t, t: 0 * x_t), torch.zeros(20000, 1, dtype=torch.float64)
    x_0 = sampler.ddpm_sample(model, x_T, TABLE, torch.Generator().manual_seed(1))
    like(x_0, x_T, "x_0")
    check(model.ts == [3, 2, 1], "with T = 3 the steps are 3, 2, 1; they were {ts}", ts=model.ts)
    # β̃_3 = 0.64/0.9216 · (1 − 0.0784/0.36) = 0.543 = 0.737², β̃_2 = 63/256 = 0.496² and β̃_1 = 0
    draws([*model.xs, x_0], [0.0784, 0.36, 0.64, 1.0], [0.737, 0.496, 0.0])


@pytest.mark.task("1.6")
def test_ddpm_sample_repeats_with_its_generator(sampler):
    """All noise comes from the generator, so the same seed gives the same x_0, and x_0 has no graph."""
    model, x_T = StepSpy(lambda x_t, t: 0 * x_t), torch.ones(2, 3, requires_grad=True)

    def run(seed):
        return sampler.ddpm_sample(model, x_T, TABLE, torch.Generator().manual_seed(seed))

    x_0 = from_generator(run, x_T, "x_0")
    starts_at(model.xs[0], x_T)
    check(not x_0.requires_grad, "x_0 must carry no graph: sample under torch.no_grad()")
