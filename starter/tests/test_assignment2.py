"""Assignment 2, from scores to DDIM: each test is a claim (its docstring), with numbers to check by hand.

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
    described,
    draws,
    f64,
    finite,
    from_generator,
    items,
    like,
    of,
    parts,
    repeats,
    spread,
    starts_at,
)
from diffusion.phrases import phrase
from spies import ItemSpy, Spy, StepSpy

TABLE = f64([1.0, 0.64, 0.5, 0.36])  # alpha_bar of a chain with T = 3; τ = [1, 3] skips the 0.5
LONG = f64([1.0, 0.64, 0.5, 0.36, 0.25, 0.16, 0.0784])  # T = 6; the roots of ᾱ_6 and 1 − ᾱ_6 are 0.28 and 0.96
TAU = torch.tensor([1, 3, 6])
MANY = 20000  # items in a batch whose mean and standard deviation are looked at


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# 2.1  score_from_eps


@pytest.mark.task("2.1")
def test_score_by_hand(score):
    """The score points against the noise: it is −ε over the noise's standard deviation."""
    # −1.6 / 0.8 = −2        0.8 / 0.8 = 1
    close(score.score_from_eps(f64([[1.6, -0.8]]), ALPHA_BAR_T), f64([[-2.0, 1.0]]), "score")


@pytest.mark.task("2.1")
def test_score_is_the_gradient(score):
    """Item by item, the score is the gradient of log N(x_t; √ᾱ_t x_0, (1 − ᾱ_t) I) where ε leads to."""
    x_0, eps = f64([[2.0, -1.0, 1.0], [0.0, 3.0, 1.0]]), f64([[-1.0, 3.0, 2.0], [0.5, 0.0, 1.0]])
    alpha_bar_t = f64([0.36, 0.64])
    a = alpha_bar_t[:, None]
    x_t = (a.sqrt() * x_0 + (1 - a).sqrt() * eps).requires_grad_()
    log_density = -((x_t - a.sqrt() * x_0) ** 2 / (2 * (1 - a))).sum()  # up to a constant
    (gradient,) = torch.autograd.grad(log_density, x_t)
    close(score.score_from_eps(eps, alpha_bar_t), gradient, "score")


# 2.2  tweedie_mean


@pytest.mark.task("2.2")
def test_tweedie_by_hand(score):
    """Tweedie's estimate is x, moved by variance times score, each item by its own variance."""
    x, s = f64([[1.0, 1.0, 1.0]] * 2), f64([[-2.0, 0.0, 2.0]] * 2)
    # 1 + 0.25 · (−2) = 0.5        1 + 3 · (−2) = −5
    close(score.tweedie_mean(x, s, f64([0.25, 3.0])), f64([[0.5, 1.0, 1.5], [-5.0, 1.0, 7.0]]), "mean")


@pytest.mark.task("2.2")
def test_tweedie_is_the_posterior_mean(score):
    """For μ ~ N(0, 3) and x ~ N(μ, 1) it is Bayes' posterior mean, 3/4 of x."""
    x = f64([[2.0, -4.0]])
    marginal_score = -x / 4  # x itself is N(0, 3 + 1)
    close(score.tweedie_mean(x, marginal_score, ONE), f64([[1.5, -3.0]]), "mean")


# 2.3  score_matching_loss


@pytest.mark.task("2.3")
def test_score_loss_is_a_mean(score):
    """The loss is the unweighted mean of (s + ε/√(1 − ᾱ_t))²: for a model that says 0, of ε²/(1 − ᾱ_t)."""
    eps, t = f64([[0.6, 0.0], [0.0, 1.6]]), torch.tensor([1, 3])
    zero = f64(0.0).requires_grad_()  # the model's one weight
    loss = score.score_matching_loss(lambda x_t, t: zero * x_t, torch.ones_like(eps), t, eps, TABLE)
    close(loss, f64(1.25), "loss")  # 0.6/0.6 = 1 and 1.6/0.8 = 2, so (1² + 0 + 0 + 2²) / 4
    check(loss.requires_grad, "the loss must carry a graph: nothing in it may be detached or made under no_grad")


@pytest.mark.task("2.3")
def test_score_loss_asks_the_model_about_the_noisy_data(score):
    """The model is asked about x_t at t; if it answers the score of q(x_t | x_0), the loss is 0."""
    t, x_0, eps = torch.tensor([3, 1]), f64([[2.0], [2.0]]), f64([[-1.0], [1.0]])
    means, variances = {1: 1.6, 3: 1.2}, {1: 0.36, 3: 0.64}  # √ᾱ_t x_0 and 1 − ᾱ_t
    answer = lambda x_t, t: torch.stack([-(x - means[int(s)]) / variances[int(s)] for x, s in zip(x_t, t)])  # noqa: E731
    model = ItemSpy(answer)
    loss = score.score_matching_loss(model, x_0, t, eps, TABLE)
    # t = 3: 0.6 · 2 + 0.8 · (−1) = 0.4        t = 1: 0.8 · 2 + 0.6 · 1 = 2.2
    model.was_asked(f64([[0.4], [2.2]]), t)
    close(loss, f64(0.0), "loss")


# 2.4  langevin_sample


@pytest.mark.task("2.4")
def test_langevin_step_by_hand(score):
    """One step moves x by η · score and adds noise of standard deviation √(2η)."""
    x = torch.full((MANY, 1), 3.0)
    result = score.langevin_sample(lambda x: -x, x, step_size=0.32, num_steps=1, generator=seeded(0))
    like(result, x, "x")
    spread(result, 2.04, 0.8, "x")  # 3 + 0.32 · (−3) = 2.04 and √(2 · 0.32) = 0.8


@pytest.mark.task("2.4")
def test_langevin_asks_the_present_state(score):
    """There are num_steps steps: each one asks the score once, at the present x, and draws its own noise."""
    score_fn, x = Spy(lambda x, _: torch.ones_like(x)), torch.zeros(MANY, 1, requires_grad=True)
    result = score.langevin_sample(lambda x: score_fn(x, None), x, 0.08, num_steps=4, generator=seeded(0))
    times = len(score_fn.xs)
    check(times == 4, "num_steps = 4 asks the score 4 times; it was asked {times} times", times=times)
    starts_at(score_fn.xs[0], x)
    spread(score_fn.xs[2], 0.16, 0.566, phrase("x after {count} steps", count=2))  # 2 · 0.08 and √(2 · 2 · 0.08)
    spread(result, 0.32, 0.8, phrase("x after {count} steps", count=4))
    check(not result.requires_grad, "x must carry no graph: sample under torch.no_grad()")


@pytest.mark.task("2.4")
def test_langevin_repeats_with_its_generator(score):
    """The noise comes from the generator: the same seed gives the same x, another seed another x."""
    x = f64([[3.0, 1.0]])
    from_generator(lambda seed: score.langevin_sample(lambda x: -x, x, 0.5, 2, seeded(seed)), x, "x")


# 2.5  annealed_langevin_sample


@pytest.mark.task("2.5")
def test_annealing_order(score):
    """The levels are taken in the order given, each for steps_per_sigma steps."""
    score_fn = Spy(lambda x, sigma: 0 * x)
    score.annealed_langevin_sample(
        lambda x, sigma: score_fn(x, sigma), torch.zeros(2, 2), f64([3.0, 2.0, 1.0]), 0.01, steps_per_sigma=2
    )
    levels = [float(sigma) for sigma in score_fn.ts]
    right = levels == [3, 3, 2, 2, 1, 1]
    check(right, "with 2 steps each the levels are 3, 3, 2, 2, 1, 1; they were {levels}", levels=levels)


@pytest.mark.task("2.5")
@pytest.mark.parametrize("level", ["first", "last"])
def test_annealing_step_sizes(score, level):
    """At σ_i the step size is step_size · (σ_i/σ_last)², and each step adds its own noise."""
    score_fn = Spy(lambda x, sigma: torch.ones_like(x))
    arguments = torch.zeros(MANY, 1), f64([1.0, 0.5]), 0.02, 3
    x = score.annealed_langevin_sample(lambda x, sigma: score_fn(x, sigma), *arguments, seeded(0))
    times = len(score_fn.xs)
    check(times == 6, "2 levels of 3 steps ask the score 6 times; it was asked {times} times", times=times)
    # three steps of 0.02 · (1/0.5)² = 0.08, then three of 0.02 · 1 = 0.02
    if level == "first":
        spread(score_fn.xs[3], 0.24, 0.693, phrase("x after the three steps at σ = 1"))  # 3 · 0.08 and √(2 · 0.24)
    else:
        spread(
            x - score_fn.xs[3], 0.06, 0.346, phrase("what the three steps at σ = 0.5 add")
        )  # 3 · 0.02 and √(2 · 0.06)


@pytest.mark.task("2.5")
def test_annealing_repeats_with_its_generator(score):
    """The noise comes from the generator, so the same seed gives the same x, and x has no graph."""
    x = torch.ones(2, 2, dtype=torch.float64, requires_grad=True)

    def run(seed):
        return score.annealed_langevin_sample(lambda x, sigma: -x, x, f64([1.0, 0.5]), 0.02, 2, seeded(seed))

    first = from_generator(run, x, "x")
    check(not first.requires_grad, "x must carry no graph: sample under torch.no_grad()")


# 2.6  reverse_sde_step


@pytest.mark.task("2.6")
def test_reverse_sde_by_hand(score):
    """Going back by dt changes the sign of the whole drift, while the noise keeps its √(β dt)."""
    x, s = f64([[4.0]]), f64([[-1.0]])
    # drift: (½ · 0.5 · 4 + 0.5 · (−1)) · 0.02 = 0.01        noise: √(0.5 · 0.02) = 0.1
    close(score.reverse_sde_step(x, s, f64(0.5), 0.02, f64([[0.0]])), f64([[4.01]]), phrase("x without noise"))
    close(
        score.reverse_sde_step(x, s, f64(0.5), 0.02, f64([[3.0]])),
        f64([[4.31]]),
        phrase("{what} with z = {z:g}", what="x", z=3),
    )


@pytest.mark.task("2.6")
def test_reverse_sde_of_a_batch(score):
    """Each item has its own β, and at β = 0 nothing happens."""
    x = f64([[4.0] * 3] * 2)
    x_prev = score.reverse_sde_step(x, -torch.ones_like(x), f64([0.5, 0.0]), 0.02, torch.ones_like(x))
    close(x_prev, f64([[4.11] * 3, [4.0] * 3]), "x")


# 2.7  ddim_sigma:  (1 − ᾱ_prev) / (1 − ᾱ_t) = 9/16 and β_t = 1 − 0.36/0.64 = 7/16


@pytest.mark.task("2.7")
def test_sigma_by_hand(sampler):
    """At η = 1, σ_t is the standard deviation of this pair's DDPM posterior, with β_t = 1 − ᾱ_t/ᾱ_prev."""
    close(sampler.ddim_sigma(ALPHA_BAR_T, ALPHA_BAR_PREV, 1.0), f64(63 / 256).sqrt(), "sigma_t")


@pytest.mark.task("2.7")
def test_sigma_is_linear_in_eta(sampler):
    """σ_t is proportional to η, 0 at η = 0 and 0 at the last step."""
    pairs, previous = f64([0.36, 0.64]), f64([0.64, 1.0])
    for eta in (0.0, 0.5, 2.0):
        want = f64([eta * (63 / 256) ** 0.5, 0.0])
        close(sampler.ddim_sigma(pairs, previous, eta), want, phrase("{what} at η = {eta}", what="sigma_t", eta=eta))


# 2.8  ddim_coefficients


@pytest.mark.task("2.8")
def test_coefficients_by_hand(sampler):
    """ω_t is the positive root of σ_t² + ω_t² (1 − ᾱ_t) = 1 − ᾱ_prev, ω_0 makes the means agree, b = 0."""
    answer = sampler.ddim_coefficients(ALPHA_BAR_T, ALPHA_BAR_PREV, f64(0.48))
    omega_0, omega_t, b = parts(answer, "omega_0, omega_t, b")
    # 1 − ᾱ_prev − σ_t² = 0.36 − 0.2304 = 0.36²: ω_t = 0.36 / 0.8 = 0.45, then ω_0 = 0.8 − 0.6 · 0.45 = 0.53
    close(omega_t, f64(0.45), "omega_t")
    close(omega_0, f64(0.53), "omega_0")
    zero = isinstance(b, (int, float)) or isinstance(b, torch.Tensor) and b.numel() == 1
    check(zero and float(b) == 0, "b must be 0; it is {got}", got=float(b) if zero else described(b))


@pytest.mark.task("2.8")
def test_coefficients_from_no_noise_to_the_most(sampler):
    """At σ_t = 0 all noise of x_prev comes from x_t; at the largest σ_t, √(1 − ᾱ_prev), x_t is forgotten: ω_t = 0."""
    answer = sampler.ddim_coefficients(f64([0.36, 0.36]), f64([0.64, 0.64]), f64([0.0, 0.6]))
    omega_0, omega_t, _ = parts(answer, "omega_0, omega_t, b")
    # σ_t = 0: ω_t = 0.6 / 0.8 = 0.75, ω_0 = 0.8 − 0.6 · 0.75 = 0.35        σ_t = 0.6: ω_t = 0, ω_0 = 0.8
    # (the second to 1e-6 only: a rounding error of 1e-16 under a root is one of 1e-8)
    close(omega_t, f64([0.75, 0.0]), "omega_t", tol=1e-6)
    close(omega_0, f64([0.35, 0.8]), "omega_0", tol=1e-6)


@pytest.mark.task("2.8")
def test_coefficients_hold_ddpm(sampler):
    """At σ_t² = β̃_t the mean is the DDPM posterior's: 35/64 x_0 + 27/64 x_t."""
    answer = sampler.ddim_coefficients(ALPHA_BAR_T, ALPHA_BAR_PREV, f64(63 / 256).sqrt())
    omega_0, omega_t, _ = parts(answer, "omega_0, omega_t, b")
    close(omega_0, f64(35 / 64), "omega_0")
    close(omega_t, f64(27 / 64), "omega_t")


# 2.9  ddim_step, from x_t = 0.4 with ε = −1, where x_0_pred = (0.4 + 0.8) / 0.6 = 2


@pytest.mark.task("2.9")
def test_ddim_step_without_noise(sampler):
    """At η = 0 a step takes the same ε to the lower noise level and ignores z."""
    for z in (0.0, 100.0):
        x_prev = sampler.ddim_step(f64([[0.4]]), f64([[-1.0]]), ALPHA_BAR_T, ALPHA_BAR_PREV, 0.0, f64([[z]]))
        close(x_prev, f64([[1.0]]), phrase("{what} with z = {z:g}", what="x_prev", z=z))  # 0.8 · 2 + 0.6 · (−1) = 1


@pytest.mark.task("2.9")
def test_ddim_step_is_ddpm_at_eta_1(sampler):
    """At η = 1 a step is DDPM's: mean 35/64 · 2 + 27/64 · 0.4 and standard deviation √(63/256)."""
    for z in (0.0, 1.0):
        arguments = f64([[0.4]]), f64([[-1.0]]), ALPHA_BAR_T, ALPHA_BAR_PREV, 1.0, f64([[z]])
        x_prev = repeats(lambda: sampler.ddim_step(*arguments), phrase("z is all the noise"))  # noqa: B023
        want = f64([[35 / 64 * 2 + 27 / 64 * 0.4 + (63 / 256) ** 0.5 * z]])
        close(x_prev, want, phrase("{what} with z = {z:g}", what="x_prev", z=z))


@pytest.mark.task("2.9")
def test_ddim_step_makes_room_for_the_noise(sampler):
    """The more fresh noise a step adds, the less of ε it keeps: √(1 − ᾱ_prev − σ_t²) of it."""
    arguments = f64([[-0.4]]), f64([[-2.0]]), ALPHA_BAR_T, ALPHA_BAR_PREV, 0.5, f64([[0.0]])
    x_prev = repeats(lambda: sampler.ddim_step(*arguments), phrase("z is all the noise"))
    # x_0_pred = (−0.4 + 1.6) / 0.6 = 2 and σ_t² = 0.25 · 63/256, so x_prev = 0.8 · 2 − 2 · √(0.36 − σ_t²) = 0.507
    close(x_prev, f64([[1.6 - 2 * (0.36 - 63 / 1024) ** 0.5]]), phrase("x_prev with z = 0 at η = 0.5"))


@pytest.mark.task("2.9")
def test_ddim_step_noise_is_proportional_to_eta(sampler):
    """What z adds is σ_t z: at η = 0.5 half of what it is at η = 1."""
    quiet, noisy = (
        sampler.ddim_step(f64([[0.4]]), f64([[-1.0]]), ALPHA_BAR_T, ALPHA_BAR_PREV, 0.5, f64([[z]])) for z in (0.0, 1.0)
    )
    close(noisy - quiet, f64([[0.5 * (63 / 256) ** 0.5]]), phrase("what z = 1 adds at η = 0.5"))


@pytest.mark.task("2.9")
@pytest.mark.parametrize("data", SHAPES)
def test_ddim_step_of_a_batch(sampler, data):
    """Each item of a batch makes its own step; the last one, to ᾱ_prev = 1, returns x_0_pred at any η."""
    x_t, eps, z = items(0.4, 0.4, data), items(-1, -1, data), items(0, 100, data)
    x_prev = sampler.ddim_step(x_t, eps, f64([0.36, 0.36]), f64([0.64, 1.0]), 1.0, z)
    # first item: 35/64 · 2 + 27/64 · 0.4 = 1.2625, as above with z = 0        second item: x_0_pred = 2
    close(x_prev, items(1.2625, 2.0, data), of(data, "x_prev"), tol=1e-5)


# 2.10  ddim_timesteps


@pytest.mark.task("2.10")
@pytest.mark.parametrize(
    ("T", "S"), [(10, 5), (10, 3), (10, 10), (1000, 6), (1000, 7), (1000, 15), (1000, 19), (1000, 61), (1000, 600)]
)
def test_timesteps(sampler, T, S):
    """There are exactly S steps, int64, strictly ascending to T, evenly spaced to within 1."""
    tau, case = sampler.ddim_timesteps(T, S), {"T": T, "S": S}
    right = isinstance(tau, torch.Tensor) and tau.dtype == torch.int64 and tau.ndim == 1
    got = described(tau)
    check(right, "T = {T}, S = {S}: tau must be an int64 tensor of shape ({S},); it is {got}", got=got, **case)
    steps = tau.tolist()
    case["seen"] = f"{steps}" if len(steps) <= 10 else f"{steps[:3]} ... {steps[-3:]}"
    count = len(steps)
    check(count == S, "T = {T}, S = {S}: tau must hold {S} steps; it holds {count}: it is {seen}", count=count, **case)
    ascends = steps[0] >= 1 and bool((tau.diff() > 0).all())
    check(ascends, "T = {T}, S = {S}: tau must ascend, from 1 or more; it is {seen}", **case)
    check(steps[-1] == T, "T = {T}, S = {S}: the last step of tau must be {T}; it is {seen}", **case)
    i = torch.arange(1, S + 1, dtype=torch.float64)
    even = [i * T / S, 1 + (i - 1) * (T - 1) / (S - 1)]  # T = 10, S = 5: 2, 4, 6, 8, 10 or 1, 3.25, ..., 10
    near = any(bool(((tau - e).abs() <= 1 + 1e-9).all()) for e in even)
    check(near, "T = {T}, S = {S}: the steps must be evenly spaced, to within 1; it is {seen}", **case)


@pytest.mark.task("2.10")
def test_one_timestep(sampler):
    """One step alone is T."""
    close(sampler.ddim_timesteps(10, 1), torch.tensor([10]), "tau")


# 2.11  ddim_sample


@pytest.mark.task("2.11")
def test_ddim_sample_by_hand(sampler):
    """Along τ = [1, 3, 6] the model is asked at 6, 3 and 1, and the steps between them are skipped."""
    model, x_T = StepSpy(lambda x_t, t: torch.full_like(x_t, 1.0 if t == 1 else -1.0)), f64([[-0.4], [-0.4]])
    why = phrase("η is 0 where it is not given, and nothing is random")
    repeats(lambda: sampler.ddim_sample(model, x_T, LONG, TAU), why)
    model.xs, model.ts = [], []
    x_0 = sampler.ddim_sample(model, x_T, LONG, TAU)
    check(model.ts == [6, 3, 1], "the model must be asked at [6, 3, 1]; it was asked at {ts}", ts=model.ts)
    starts_at(model.xs[0], x_T)
    like(x_0, x_T, "x_0")
    # t = 6, ε = −1: x_0_pred = (−0.4 + 0.96) / 0.28 = 2, then x_3 = 0.6 · 2 + 0.8 · (−1) = 0.4
    # t = 3, ε = −1: x_0_pred = ( 0.4 + 0.80) / 0.60 = 2, then x_1 = 0.8 · 2 + 0.6 · (−1) = 1
    # t = 1, ε = +1: x_0_pred = ( 1.0 − 0.60) / 0.80 = 0.5, which is x_0
    states = torch.cat([x[:1] for x in [*model.xs, x_0]])
    close(states, f64([[-0.4], [0.4], [1.0], [0.5]]), phrase("x_6, x_3, x_1 and x_0"))
    close(x_0, f64([[0.5], [0.5]]), "x_0")


@pytest.mark.task("2.11")
def test_ddim_sample_last_step(sampler):
    """τ may end below T, and from τ_1 the last step goes straight to clean data, however large τ_1 is."""
    model = StepSpy(lambda x_t, t: -torch.ones_like(x_t))
    x_0 = sampler.ddim_sample(model, f64([[0.4]]), LONG, torch.tensor([3]))
    check(model.ts == [3], "τ = [3] is one step, at 3; the model was asked at {ts}", ts=model.ts)
    close(x_0, f64([[2.0]]), "x_0")  # ᾱ_prev = ᾱ_0 = 1, so x_0 = x_0_pred = (0.4 + 0.8) / 0.6


@pytest.mark.task("2.11")
@pytest.mark.parametrize("eta", [1.0, 0.5])
def test_ddim_sample_noise_on_a_subsequence(sampler, eta):
    """Each step adds fresh noise, η times that of DDPM, with β_t = 1 − ᾱ_t/ᾱ_prev of this pair; the last adds none."""
    model, x_T = StepSpy(lambda x_t, t: 0 * x_t), torch.zeros(MANY, 1, dtype=torch.float64)
    x_0 = sampler.ddim_sample(model, x_T, LONG, TAU, eta, seeded(1))
    like(x_0, x_T, "x_0")
    check(model.ts == [6, 3, 1], "the model must be asked at [6, 3, 1]; it was asked at {ts}", ts=model.ts)
    # β̃ is 0.64/0.9216 · (1 − 0.0784/0.36) = 0.543 = 0.737² from 6 to 3 and 63/256 = 0.496² from 3 to 1
    draws([*model.xs, x_0], [0.0784, 0.36, 0.64, 1.0], [eta * 0.737, eta * 0.496, 0.0])


@pytest.mark.task("2.11")
def test_ddim_sample_makes_room_for_the_noise(sampler):
    """At η = 0.5 a step keeps √(1 − ᾱ_prev − σ_t²) of ε, and so makes room for the fresh noise."""
    model, x_T = StepSpy(lambda x_t, t: -torch.ones_like(x_t)), torch.full((MANY, 1), -0.4, dtype=torch.float64)
    sampler.ddim_sample(model, x_T, LONG, TAU, 0.5, seeded(1))
    check(model.ts == [6, 3, 1], "the model must be asked at [6, 3, 1]; it was asked at {ts}", ts=model.ts)
    # x_0_pred = (−0.4 + 0.96) / 0.28 = 2 and σ_t = 0.5 · 0.737, so 0.6 · 2 − √(0.64 − σ_t²) = 0.49
    spread(model.xs[1], 0.49, 0.368, "x_3")


@pytest.mark.task("2.11")
def test_ddim_sample_repeats_with_its_generator(sampler):
    """At η = 1 all noise comes from the generator, so the same seed gives the same x_0, and x_0 has no graph."""
    model, x_T = StepSpy(lambda x_t, t: 0 * x_t), torch.ones(2, 3, requires_grad=True)

    def run(seed):
        return sampler.ddim_sample(model, x_T, LONG, TAU, 1.0, seeded(seed))

    x_0 = from_generator(run, x_T, "x_0")
    starts_at(model.xs[0], x_T)
    check(not x_0.requires_grad, "x_0 must carry no graph: sample under torch.no_grad()")


@pytest.mark.task("2.11")
def test_ddim_sample_is_deterministic(sampler):
    """At η = 0 the result depends on x_T alone, and differs where x_T differs."""
    x_T = f64([[0.4], [0.8]])

    def run(seed):
        return sampler.ddim_sample(lambda x_t, t: 0.1 * x_t, x_T, LONG, TAU, 0.0, seeded(seed))

    x_0 = run(1)
    finite(x_0, "x_0")
    check(torch.equal(x_0, run(2)), "at η = 0 no noise is added, so the seed must not matter; it does")
    check(bool(x_0[0] != x_0[1]), "two different x_T must not end in the same x_0; they do")


# 2.12  ddim_invert


@pytest.mark.task("2.12")
def test_invert_by_hand(sampler):
    """Backwards along τ = [1, 3, 6] each step keeps the ε that the model sees in the present state."""
    model = StepSpy(lambda x_t, t: -torch.ones_like(x_t))
    x_0 = f64([[2.0]])
    repeats(lambda: sampler.ddim_invert(model, x_0, LONG, TAU), phrase("an inversion draws no noise"))
    model.xs, model.ts = [], []
    x_T = sampler.ddim_invert(model, x_0, LONG, TAU)
    # 0 → 1: x_0_pred = 2, so x_1 = 0.8 · 2 − 0.6 = 1
    # 1 → 3: x_0_pred = (1 + 0.6) / 0.8 = 2, so x_3 = 0.6 · 2 − 0.8 = 0.4
    # 3 → 6: x_0_pred = (0.4 + 0.8) / 0.6 = 2, so x_6 = 0.28 · 2 − 0.96 = −0.4
    asked = model.ts in ([1, 3, 6], [1, 1, 3])
    check(asked, "the model must be asked at the steps that you go to, [1, 3, 6]; it was asked at {ts}", ts=model.ts)
    like(x_T, model.xs[0], "x_T")
    close(torch.cat([*model.xs, x_T]), f64([[2.0], [1.0], [0.4], [-0.4]]), phrase("x_0, x_1, x_3 and x_6"))


@pytest.mark.task("2.12")
def test_invert_follows_the_ode(sampler):
    """In small steps, data N(0, 1/4) are stretched evenly to the width that the noisy data have."""
    alpha_bar = torch.linspace(1.0, 0.2, 401, dtype=torch.float64)
    # Var x_t = ᾱ_t/4 + 1 − ᾱ_t = 1 − 0.75 ᾱ_t, so the exact prediction is √(1 − ᾱ_t) x_t / (1 − 0.75 ᾱ_t)
    model = StepSpy(lambda x_t, t: (1 - alpha_bar[t]).sqrt() * x_t / (1 - 0.75 * alpha_bar[t]))
    x_T = sampler.ddim_invert(model, f64([[0.5], [-1.0]]), alpha_bar, torch.arange(1, 401))
    # from a std of √0.25 = 0.5 to one of √(1 − 0.75 · 0.2) = √0.85 = 0.922: every point moves by 0.922 / 0.5
    close(x_T, f64([[0.922], [-1.844]]), "x_T", tol=0.1)
