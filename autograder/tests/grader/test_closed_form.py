"""Quality in closed form: the mixture's oracle, the images' statistics, and what the checks see of known mistakes."""

import importlib
import json
import math
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from checks import bands, images, quality
from checks.cases import SCHEDULES, states
from grader import overlay
from grader.marking import version
from grader.outcomes import Wrong
from grader.paths import ASSETS, AUTOGRADER, CORPUS, SOLUTION
from grader.student.session import Session
from grader.transcript.evidence import Evidence
from oracle import normal, samplers, schedule, steps
from oracle.gaussian import GaussianData, w2
from oracle.mixture import GaussianMixture
from workshop.assets import image_statistics
from workshop.release import zips
from workshop.trust import corpus

LINEAR = SCHEDULES["linear"]
close = np.testing.assert_allclose
rng = np.random.default_rng


def mixture(seed=0, K=3, d=4):
    """Any mixture: K Gaussians with full covariances in d dimensions."""
    root = rng(seed).normal(size=(K, d, d))
    return GaussianMixture(rng(seed).dirichlet(np.ones(K)), rng(seed).normal(size=(K, d)), root @ root.swapaxes(1, 2))


# The oracle of the mixture


def test_eps_is_the_gradient_of_the_log_density():
    data, a, h = mixture(), np.array([1e-3, 0.1, 0.5, 0.9, 0.999] * 20), 1e-5  # 100 items: more than one part of them
    x_t = rng(1).normal(size=(100, 4))
    by_hand = [
        [(data.log_density(x + h * e, b) - data.log_density(x - h * e, b))[0] / (2 * h) for e in np.eye(4)]
        for x, b in zip(x_t[:, None], a[:, None])
    ]
    close(data.eps(x_t, a), -np.sqrt(1 - a)[:, None] * by_hand, atol=1e-7)
    close(data.eps(x_t, 0.5)[a == 0.5], data.eps(x_t, a)[a == 0.5], rtol=1e-13)


def test_the_log_density_is_that_of_the_definition():
    data, x, a = mixture(), rng(1).normal(size=(50, 4)), 0.3
    covariances = a * data.covariances + (1 - a) * np.eye(4)
    apart = x[:, None] - math.sqrt(a) * data.means
    exponents = np.einsum("bki,kij,bkj->bk", apart, np.linalg.inv(covariances), apart)
    densities = data.weights * np.exp(-exponents / 2) / np.sqrt(np.linalg.det(2 * np.pi * covariances))
    close(data.log_density(x, a), np.log(densities.sum(axis=1)), rtol=1e-11)


def test_one_gaussian_alone_is_gaussian_data():
    std, x = np.array([0.1, 1.0, 5.0]), rng(0).normal(size=(6, 3))
    alone = GaussianMixture(np.ones(1), np.array([[1.0, 0.0, -2.0]]), np.diag(std**2)[None])
    plain, a = GaussianData([1.0, 0.0, -2.0], std), np.array([0.001, 0.2, 0.4, 0.6, 0.8, 0.999])
    close(alone.eps(x, a), plain.eps(x, a), rtol=1e-10)
    which, squares = alone.place(x)
    close(squares.sum(axis=1), (((x - [1, 0, -2]) / std) ** 2).sum(axis=1), rtol=1e-12)
    assert not which.any()


def test_far_from_every_gaussian_nothing_overflows():
    data, x = mixture(), 1e4 * np.ones((2, 4))
    assert np.isfinite(data.eps(x, 0.999)).all() and np.isfinite(data.log_density(x)).all()


# The images' statistics


def test_statistics_are_those_of_the_images(tmp_path):
    fake, labels = rng(0).integers(0, 256, (80, 4, 4), np.uint8), np.arange(80) % 3
    for name in ("one", "two"):
        image_statistics.make(fake, labels, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with np.load(tmp_path / "one", allow_pickle=False) as file:
        made = dict(file)
    pixels = fake.reshape(80, -1) / 127.5 - 1
    variances, directions = np.linalg.eigh(np.cov(pixels.T, bias=True))
    along = pixels @ directions[:, ::-1]
    along *= np.sign(along.mean(axis=0))
    close(made["mean"], along.mean(axis=0), atol=1e-6)
    close(made["variances"], variances[::-1], atol=1e-6)
    for k in range(3):
        close(made["weights"][k], np.mean(labels == k), atol=1e-7)
        close(made["means"][k], along[labels == k].mean(axis=0), atol=1e-6)
        close(made["covariances"][k], np.cov(along[labels == k].T, bias=True), atol=1e-6)


def test_the_ten_classes_together_are_all_images():
    """Their mixture has the mean and the covariance of the one Gaussian, in the directions that they share."""
    mean, covariance = images.CLASSES.moments()
    d = len(mean)
    assert images.CLASSES.covariances.shape == (10, 64, 64) and images.STD.shape == (784,)
    close(mean, images.ALL.mean[:d], atol=1e-5)
    close(covariance, np.diag(images.STD[:d] ** 2), atol=1e-4)
    assert (np.diff(images.STD) < 0).all() and images.STD[-1] > 0 and (images.ALL.mean > 0).all()


# Measured in a feasibility study without this code: squared W2 of the covariances, τ from 1 to T, η = 0, 0.2, 0.5, 1
MEASURED = {
    5: "43.5 43.9 46.1 65.3",
    10: "12.8 13.1 14.5 24.4",
    20: "3.69 3.80 4.45 8.48",
    50: ".658 .688 .870 2.01",
    100: ".178 .187 .249 .653",
    1000: ".0036 .0036 .0044 .0127",
}
ETAS = (0.0, 0.2, 0.5, 1.0)


def from_1(S):
    """τ as it was spaced there."""
    return np.round(np.linspace(0, 999, S)).astype(int) + 1


def distance(tau, eta):
    return w2(0, images.CENTRED.ddim_output(LINEAR, tau, eta)[1], 0, images.STD) ** 2


@pytest.mark.parametrize("S", MEASURED)
def test_the_oracle_gives_the_distances_that_were_measured(S):
    for eta, printed in zip(ETAS, MEASURED[S].split(), strict=True):
        assert f"{distance(from_1(S), eta):.{len(printed.split('.')[1])}f}".removeprefix("0") == printed


@pytest.mark.parametrize("start", ["trailing", "linspace"])
def test_the_lectures_trend_holds_exactly(start):
    """More steps are better at every η, and less noise is better at every S."""
    table = np.array([[distance(schedule.even_timesteps(1000, S, start), eta) for eta in ETAS] for S in MEASURED])
    assert (np.diff(table, axis=0) < 0).all() and (np.diff(table, axis=1) > 0).all()


# What the checks see of wrong steps


def table_beta(a, a_prev):
    return 1 - a / LINEAR[np.flatnonzero(a == LINEAR)[0] - 1]


SIGMAS = {  # (ᾱ_t, ᾱ_prev, η) -> σ_t, wrong in as many ways
    "the table's β": lambda a, p, eta: eta * np.sqrt((1 - p) / (1 - a) * table_beta(a, p)),
    "β outside the root": lambda a, p, eta: eta * np.sqrt((1 - p) / (1 - a)) * (1 - a / p),
    "η under the root": lambda a, p, eta: np.sqrt(eta * (1 - p) / (1 - a) * (1 - a / p)),
    "η squared": lambda a, p, eta: eta**2 * np.sqrt((1 - p) / (1 - a) * (1 - a / p)),
    "η ignored, no noise": lambda a, p, eta: 0 * a,
    "η ignored, all noise": lambda a, p, eta: np.sqrt((1 - p) / (1 - a) * (1 - a / p)),
    "√β": lambda a, p, eta: min(eta * np.sqrt(1 - a / p), np.sqrt(1 - p)),
    "the variance": lambda a, p, eta: eta**2 * (1 - p) / (1 - a) * (1 - a / p),
    "1 − ᾱ for β": lambda a, p, eta: eta * np.sqrt(1 - p),
}
ONLY_BETWEEN = {"η under the root", "η squared", "η ignored, all noise"}  # right at η = 1


def step_with(sigma):
    """The right step around a given σ, by the formula of the DDIM paper, with a clamp."""

    def step(x_t, eps, z, a, a_prev, eta):
        sigma_t = sigma(a, a_prev, eta)
        x_0_pred = (x_t - np.sqrt(1 - a) * eps) / np.sqrt(a)
        return np.sqrt(a_prev) * x_0_pred + np.sqrt(max(1 - a_prev - sigma_t**2, 0)) * eps + sigma_t * z

    return step


def right(x_t, eps, z, a, a_prev, eta):
    return steps.ddim_step(x_t, eps, a, a_prev, eta, z)


def single(x_t, eps, z, a, a_prev, eta):
    """The right step, all of it in float32."""
    x_t, eps, z, a, a_prev, one = (np.asarray(each, np.float32) for each in (x_t, eps, z, a, a_prev, 1))
    sigma_t = np.float32(eta) * np.sqrt((one - a_prev) / (one - a) * (one - a / a_prev))
    x_0_pred = (x_t - np.sqrt(one - a) * eps) / np.sqrt(a)
    direction = np.sqrt(np.maximum(one - a_prev - sigma_t**2, 0)) * eps
    return np.asarray(np.sqrt(a_prev) * x_0_pred + direction + sigma_t * z, np.float64)


def chain(step, eta, S=10):
    tau = schedule.even_timesteps(1000, S)
    _, std = images.CENTRED.ddim_output(LINEAR, tau, eta)
    quality.chain_fits(*asked(step, eta), LINEAR, tau, std, "Here")


def asked(step, eta):
    """What a chain of a step's own is asked by: a student who knows one function, its name, and the arguments."""
    student = SimpleNamespace(map=lambda _, calls: (SimpleNamespace(value=step(*call)) for call in calls))
    return student, "step", lambda *args: (*args, eta)


def sample(step, eta, x_T, data, S=10, seed=0):
    """x_0 by a loop over the step, and what that is when it is right: mean and std given x_T (Gaussian data)."""
    x, tau, draw = x_T, schedule.even_timesteps(1000, S), rng(seed)
    for _, _, a, a_prev in samplers.step_pairs(LINEAR, tau):
        x = step(x, data.eps(x, a), draw.standard_normal(x.shape), a, a_prev, eta)
    return x


def samples(step, eta, S=10, seed=0):
    x_T = states(seed + 1, 1, quality.SAMPLES)[0]
    exact = images.ALL.ddim_output(LINEAR, schedule.even_timesteps(1000, S), eta, x_T, 0.0)
    quality.samples_fit(sample(step, eta, x_T, images.ALL, S, seed), x_T, *exact, "Here")


def shares(step, S=10, seed=0):
    bands.fits(sample(step, 1.0, bands.X_T, images.CLASSES, S, 1000 + seed), S, "Here")


@pytest.mark.parametrize("step", [right, single])
def test_a_right_step_passes_in_float32_too(step):
    for eta in ETAS:
        for S in (5, 10, 100):
            chain(step, eta, S)
        for S in (10, 50):
            samples(step, eta, S)
    shares(step)


@pytest.mark.parametrize("name", SIGMAS)
def test_a_wrong_sigma_is_seen_in_all_three(name):
    step = step_with(SIGMAS[name])
    for check, eta in ((chain, 0.5), (samples, 0.2)):
        with pytest.raises(Wrong):
            check(step, eta)
    if name not in ONLY_BETWEEN:
        for check in (
            lambda: chain(step, 1.0),
            lambda: samples(step, 1.0, 50),
            lambda: shares(step),
            lambda: shares(step, 20),
        ):
            with pytest.raises(Wrong):
                check()


def test_a_chain_that_comes_nearer_is_told_by_how_much():
    """The feasibility study's example: the table's β at S = 10, η = 1 gives 12.9 instead of 24.4."""
    _, std = images.CENTRED.ddim_output(LINEAR, from_1(10), 1.0)
    step = step_with(SIGMAS["the table's β"])
    with pytest.raises(Wrong, match=r"At S = 10, .* squared W2 distance of 12.9 from the images, 0.531 times a right"):
        quality.chain_fits(*asked(step, 1.0), LINEAR, from_1(10), std, "At S = 10")


@pytest.mark.parametrize("seed", range(5))
def test_right_samples_pass_with_whatever_noise(seed):
    samples(right, 0.5, seed=seed)
    samples(right, 1.0, 20, seed)
    shares(right, 10, seed)


def test_wrong_means_are_told_from_wrong_spreads():
    x_T = states(1, 1, quality.SAMPLES)[0]
    mean, std, z = images.ALL.mean + 0.1 * x_T, 0.5 * images.STD, rng(0).standard_normal(x_T.shape)
    quality.samples_fit(mean + std * z, x_T, mean, std, "Here")
    for wrong, sentence in (
        (0.3, "another mean"),
        (0.3 * x_T, "another mean"),
        (z, "lies 1.97 times as far from the right mean"),
    ):
        with pytest.raises(Wrong, match=sentence):
            quality.samples_fit(mean + std * (z + wrong), x_T, mean, std, "Here")


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.95])
def test_a_right_share_is_refused_as_rarely_as_is_said(p):
    """By the binomial distribution itself."""
    n, total = 1000, 0.0
    for count in range(n + 1):
        if not normal.share_fits(count, n, p, 0.0):
            log_ways = math.lgamma(n + 1) - math.lgamma(count + 1) - math.lgamma(n - count + 1)
            total += math.exp(log_ways + count * math.log(p) + (n - count) * math.log(1 - p))
    assert total <= normal.DELTA
    assert normal.share_fits(0, n, 0.01, 0.02) and normal.share_fits(n, n, 0.99, 0.02)
    assert not normal.share_fits(0, n, 0.1, 0.02) and not normal.share_fits(n, n, 0.9, 0.02)


# The assets


def test_bands_are_made_by_the_command(tmp_path, monkeypatch):
    """From few draws they are near those that were made from many, and the same each time."""
    monkeypatch.setattr(bands, "REPEATS", 3)
    monkeypatch.setattr(bands, "SIZES", (10,))
    for name in ("one", "two"):
        bands.make(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    few, many = json.loads((tmp_path / "one").read_text()), json.loads(bands.PATH.read_text())
    assert (few["draws"], many["draws"]) == (2000, 100_000) and list(many["bands"]) == ["10", "20"]
    close(few["bands"]["10"]["classes"], many["bands"]["10"]["classes"], atol=0.03)
    close(few["bands"]["10"]["distances"], many["bands"]["10"]["distances"], atol=0.05)


def test_both_autograder_zips_carry_the_assets_and_no_student_does():
    for name in zips.ZIPS:
        inside = {str(path) for path in zips.allow_list(name)}
        wanted = {f"assets/{asset}" for asset in version.CHECKED}
        assert wanted <= inside if name.endswith("-autograder.zip") else not wanted & inside
    size = sum((ASSETS / asset).stat().st_size for asset in version.CHECKED)
    assert size < 8_000_000  # nearly all of it what the networks say to right samplers


def test_no_torch_is_imported_for_them():
    code = "import sys, checks.bands, checks.quality; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=AUTOGRADER, capture_output=True, text=True)
    assert ran.stdout == "False\n", ran.stderr


# Submissions

SAMPLE = {
    "table_beta_on_subsequence",
    "sample_beta_outside_root",
    "sample_fixed_large",
    "sample_sigma_of_the_step_before",
    "sample_no_noise_at_last_but_one",
    "sample_starts_from_zeros",
}
STEP = {"step_direction_hidden_by_clamp", "step_eta_twice", "slide_beta_outside_root", "coefficients_negative_root"}


@pytest.mark.parametrize("name", sorted(SAMPLE | STEP | {""}))
def test_what_the_checks_say_of_submissions(name, zygote):
    """As submitted; where a helper is to blame, the reporter then asks again with a right one in its place."""
    submission = corpus.load(CORPUS / "chaff" / f"{name}.py").submission if name else overlay.load(SOLUTION)
    session = Session(zygote, submission)
    module = importlib.import_module("checks.assignment2.test_quality_closed_form")
    wrong, notes = set(), {}
    for check in ("step_gaussian", "sample_gaussian", "sample_mixture"):
        student = session.student()
        try:
            shown = [Evidence] if check == "step_gaussian" else []
            notes[check] = getattr(module, f"test_{check}_quality")(student, *shown)
        except Wrong:
            wrong.add(check)
        finally:
            student.close()
    assert wrong == ({"sample_gaussian", "sample_mixture"} if name in SAMPLE else wrong if name else set())
    assert "step_gaussian" in wrong or name not in STEP
    if not name:  # a student reads what came out: the lecture's trend
        assert "11.8, 12, 13.2, 21.2 at S = 10; 3.78, 3.88, 4.45, 7.89 at S = 20" in notes["step_gaussian"]
        distances = [float(number) for number in re.findall(r"\d+\.\d(?= at η)", notes["sample_mixture"])]
        assert distances[0] < distances[1] > distances[3] > distances[2] < distances[0]
