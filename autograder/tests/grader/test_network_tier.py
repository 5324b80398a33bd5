"""The tiers with the trained network: its process, the bands, and the GPU tier's code at a small size on the CPU."""

import importlib
import json
import math
import os
import shutil
import signal
from dataclasses import replace
from inspect import signature

import numpy as np
import pytest

from checks import network as quality
from grader import overlay
from grader.marking.mark import mark
from grader.marking.results import Line
from grader.outcomes import GraderFault, NoDevice, Outcome, TimedOut, Wrong
from grader.paths import ASSETS, CORPUS, SOLUTION, STARTER
from grader.sandbox.networks import BATCH
from grader.sandbox.zygote import Zygote
from grader.student import budget
from grader.student.budget import Limits
from grader.student.session import Session
from grader.transcript.evidence import Evidence
from grader.transcript.examiner import Examiner
from oracle import frechet
from workshop.quality import tiers
from workshop.trust import corpus

pytestmark = pytest.mark.slow

BLOCK = 80
SMALL = quality.Tier("gpu", images=70, exact=(10,), block=BLOCK, blocks=2, noisy=(10,), batch=100)


@pytest.fixture
def network(zygote):
    return zygote.predictor("cpu")


def a_right_sampler(network, S, eta, seed, start):
    """x_0 by the oracle's sampler with the trained network."""
    from oracle import samplers

    rng = np.random.default_rng(seed)
    eps_model = lambda x, t: network.eps(x, t).astype(np.float64)  # noqa: E731
    tau = quality.tau_of(S)
    return samplers.ddim_sample(eps_model, start, quality.LINEAR, tau, eta, lambda: rng.standard_normal(start.shape))


# The process of the networks


def test_answers_do_not_depend_on_the_batch(network, monkeypatch):
    """Images go in messages of a limited size, and come back in order."""
    x_T, t = quality.noise(5), np.array([1, 10, 100, 500, 1000])
    whole = network.eps(x_T, t)
    assert whole.shape == x_T.shape and whole.dtype == np.float32 and np.isfinite(whole).all()
    monkeypatch.setattr("grader.sandbox.networks.BATCH", 2)
    assert BATCH > 2
    np.testing.assert_allclose(network.eps(x_T, t), whole, atol=1e-4)
    assert network.features(x_T).shape == (5, 64)


def test_network_predicts_noise(network):
    """On nearly pure noise the network's ε is the noise itself, to some percent: it is the trained one."""
    x_T = quality.noise(20)
    assert np.abs(network.eps(x_T, np.full(20, 1000)) - x_T).mean() < 0.05


def test_no_cuda_device_is_said(zygote):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(NoDevice, match="no CUDA device"):
        zygote.predictor("cuda")


def test_a_killed_network_is_a_fault_of_the_grader():
    """Whoever kills it, no student pays for it."""
    with Zygote() as zygote:
        network = zygote.predictor("cpu")
        os.kill(network.pid, signal.SIGKILL)
        with pytest.raises(GraderFault, match="trained network"):
            network.eps(quality.noise(2), np.array([1, 1]))


def test_damaged_weights_are_a_fault_of_the_grader(tmp_path, monkeypatch):
    """A network that is not the one of MANIFEST.json is never marked with."""
    with Zygote() as zygote, pytest.raises(GraderFault, match="fashion-unet.safetensors"):
        shutil.copytree(STARTER / "diffusion", tmp_path / "diffusion")
        (tmp_path / "assets").mkdir()
        monkeypatch.setattr("grader.sandbox.zygote.STARTER", tmp_path)
        zygote.predictor("cpu")


def test_time_of_the_network_is_not_the_students(zygote, monkeypatch):
    """A network that takes a minute for each call costs the student nothing of the 10 s."""

    class Clock:
        now = 0.0

        def monotonic(self):
            return self.now + self.real()

    clock = Clock()
    clock.real = budget.time.monotonic
    monkeypatch.setattr(budget, "time", clock)
    marking = Session(zygote, overlay.load(SOLUTION))
    student = marking.student()

    def slow(x, t):
        clock.now += 60
        return 0 * x

    examiner = Examiner(slow, (2, 2), 20, T=1000)
    x_T = np.ones((2, 2))
    student("ddim_sample", examiner, x_T, quality.LINEAR, quality.tau_of(5))
    assert len(examiner.calls) == 5 and marking.budget.spent["ddim_sample", False] < Limits().function
    student.close()


# The bands


def test_frechet_distance_of_known_gaussians():
    """For diagonal covariances it is Σ (m_a − m_b)² + (s_a − s_b)²; for any, it does not change with the axes."""
    rng = np.random.default_rng(0)
    m, s, k, r = rng.standard_normal(5), rng.random(5) + 0.1, rng.standard_normal(5), rng.random(5) + 0.1
    want = np.sum((m - k) ** 2 + (s - r) ** 2)
    assert frechet.distance(m, np.diag(s**2), k, np.diag(r**2)) == pytest.approx(want, abs=1e-12)
    axes, _ = np.linalg.qr(rng.standard_normal((5, 5)))
    turned = frechet.distance(axes @ m, axes @ np.diag(s**2) @ axes.T, axes @ k, axes @ np.diag(r**2) @ axes.T)
    assert turned == pytest.approx(want, abs=1e-10)
    with pytest.raises(ValueError, match="as many images as features, 5; got 4"):
        frechet.fid(rng.standard_normal((4, 5)), k, np.eye(5))


def test_band_is_a_prediction_interval(monkeypatch, tmp_path):
    """One more right draw lies outside with the stated probability: tried at 5 %, on 20,000 bands of 40 draws.

    False-alarm rate of this test: the count is binomial, and 4.5 standard deviations from its mean are allowed.
    """
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    draws = rng.standard_normal((20_000, 40))
    half = stats.t.ppf(0.975, 39) * draws.std(axis=1, ddof=1) * math.sqrt(1 / 3 + 1 / 40)
    outside = np.abs(rng.standard_normal((20_000, 3)).mean(axis=1) - draws.mean(axis=1)) > half
    assert abs(outside.mean() - 0.05) < 4.5 * math.sqrt(0.05 * 0.95 / 20_000)
    row = {"draws": 40, "mean": 1.5, "std": 0.2, "quantile": float(stats.t.ppf(0.975, 39))}
    monkeypatch.setattr(quality, "ASSETS", tmp_path)
    (tmp_path / "image-bands.json").write_text(json.dumps({"gpu": {"10": {"FID": row}}}))
    low, high = quality.band(replace(SMALL, blocks=3), 10, "FID")
    assert math.log(high) - 1.5 == pytest.approx(1.5 - math.log(low))
    assert math.log(high) - 1.5 == pytest.approx(row["quantile"] * 0.2 * math.sqrt(1 / 3 + 1 / 40))


def test_bands_follow_from_their_draws():
    """Mean, standard deviation and quantile in the asset are those of the draws beside them: at least 40 for a cell."""
    stats = pytest.importorskip("scipy.stats")
    asset = json.loads((ASSETS / "image-bands.json").read_text())
    for tier in (quality.CPU, quality.GPU, quality.ALL_STEPS):
        for S in tier.noisy:
            for row in asset[tier.name][str(S)].values():
                logs = np.log(row["values"])
                assert row["draws"] == len(logs) >= 40
                assert (row["mean"], row["std"]) == pytest.approx((logs.mean(), logs.std(ddof=1)))
                assert row["quantile"] == pytest.approx(stats.t.ppf(1 - 0.5e-6, len(logs) - 1))


# The checks, at a small size: bands found here, from the oracle's own draws


@pytest.fixture
def small(monkeypatch, tmp_path, network):
    """The GPU tier's checks with 2 blocks of 80 images and bands to go with them, on the CPU."""
    monkeypatch.setattr(quality, "GPU", SMALL)
    monkeypatch.setattr(quality, "ALL_STEPS", replace(SMALL, blocks=1))
    rows = {"FID": [], "roughness": []}
    x_0 = a_right_sampler(network, 10, 1.0, 5, quality.noise(8 * BLOCK).astype(np.float64))
    for block in np.split(x_0, 8):
        rows["FID"].append(math.log(quality.fid(network.features(block))))
        rows["roughness"].append(math.log(quality.roughness(block)))
    asset = {
        name: {"draws": 8, "mean": np.mean(logs), "std": np.std(logs, ddof=1), "quantile": 5.0}
        for name, logs in rows.items()
    }
    for file in ASSETS.glob("fashion-reference.safetensors"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "image-bands.json").write_text(json.dumps({"gpu": {"10": asset}}))
    monkeypatch.setattr(quality, "ASSETS", tmp_path)
    return importlib.import_module("checks.assignment2.test_quality_network")


def what_it_says(check, name, zygote, network):
    """The note of a check that passes, or why it does not."""
    submission = corpus.load(CORPUS / "chaff" / f"{name}.py").submission if name else overlay.load(SOLUTION)
    student = Session(zygote, submission).student()
    try:
        return check(student, network, *([Evidence] if "evidence" in signature(check).parameters else []))
    except Wrong as reason:
        return reason.sentence
    finally:
        student.close()


def test_gpu_tier_at_a_small_size(small, zygote, network):
    """The solution passes both checks; a sampler without η's noise is caught by η = 1 alone, from below."""
    exact, noisy = small.test_images_without_noise_gpu, small.test_images_with_noise_gpu
    assert what_it_says(exact, "", zygote, network).startswith("FID ")
    assert what_it_says(noisy, "", zygote, network).count(" at S = 10, η = 1") == 2  # once of it with fewer images
    assert what_it_says(exact, "sample_eta_ignored", zygote, network).startswith("FID ")
    assert "right samplers" in what_it_says(noisy, "sample_eta_ignored", zygote, network)
    assert "32 images are not the right sampler's" in what_it_says(exact, "sample_skips_last_step", zygote, network)


def test_ddpm_runs_on_the_steps_of_tau(zygote, network):
    """Assignment 1's sampler on a schedule of S steps makes the images of the DDIM at η = 1 on those steps."""
    tier = replace(SMALL, batch=6)
    student = Session(zygote, overlay.load(SOLUTION)).student()
    start = quality.noise(6)
    ddpm = quality.samples(student, "ddpm_sample", network, start, tier, 10)
    ddim = quality.samples(student, "ddim_sample", network, start, tier, 10, eta=1.0)
    student.close()
    np.testing.assert_allclose(ddpm, ddim, atol=1e-3)  # the solution draws the same noise in both


def test_both_edges_of_a_band_count(monkeypatch, network):
    """Too good a figure is as wrong as too bad a one, and the sentence says so."""
    images = quality.noise(BLOCK).clip(-1, 1)
    value = quality.fid(network.features(images))
    for low, high, words in ((value * 1.1, value * 2, "Better than right is wrong"), (0.0, value / 2, "above")):
        monkeypatch.setattr(quality, "band", lambda tier, S, name: (low, high))  # noqa: B023
        with pytest.raises(Wrong, match=words):
            quality.in_bands(images, network, replace(quality.CPU, blocks=1), 10)


def test_what_the_results_say_of_each_tier(zygote, tmp_path):
    """The closed form leaves the network's checks out; the GPU tier says why it did not run, and costs nothing."""
    import torch

    solution = overlay.load(SOLUTION)
    closed = mark(Session(zygote, solution, "closed-form"), 1, tmp_path / "closed", tasks={"1.6"})
    assert {"1.6.7", "1.6.8"}.isdisjoint(line.number for line in closed.lines)
    assert closed.score == closed.max_score == 25
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    for tier, reason in (("cpu", "the GPU tier was not asked for"), ("gpu", "no CUDA device")):
        results = mark(Session(zygote, solution, tier), 1, tmp_path / tier, tasks={"1.6"})
        (line,) = [line for line in results.lines if line.number == "1.6.8"]
        assert (line.outcome, line.output, line.points) == ("waits for a GPU", f"Not run: {reason}.", 0)
        assert not line.lost and not line.passed
        assert results.score == results.max_score == 25


def test_a_mistake_that_a_tier_could_not_look_for_is_neither_seen_nor_not():
    ends = {"1.1.1": "waits for a GPU", "1.1.2": "passed", "1.1.3": "wrong"}
    lines = [Line(number, "", 1.0, [], "visible", outcome=Outcome(end)) for number, end in ends.items()]
    assert [tiers.seen(lines, (*ends,)[:count]) for count in (1, 2, 3)] == ["", "–", "seen"]


def test_the_states_of_many_images_are_not_kept():
    """A transcript that is not remembered holds no state, not even by an empty view: at T steps that is 20 GB."""
    examiner = Examiner(lambda x, t: x, (2, 3), 9, T=9, remembers=False)
    examiner.answer([np.ones((2, 3)), np.ones(2, np.int64)])
    assert [(each.size, each.base) for call in examiner.calls for each in (call.x, call.answer)] == [(0, None)] * 2


def test_many_images_have_more_time(zygote):
    """A sampler's limit grows with the numbers that it has to work through: 10 s would not do for the GPU tier."""
    student = Session(zygote, overlay.load(SOLUTION), limits=Limits(call=0.0)).student()
    x_T = np.zeros((1000, 100), np.float32)
    examiner = Examiner(lambda x, t: x, x_T.shape, 1000, T=1000, remembers=False)
    assert student("ddim_sample", examiner, x_T, quality.LINEAR, quality.tau_of(5)).value.shape == x_T.shape
    student.close()


def test_a_sampler_that_hangs_is_still_stopped(zygote):
    """The student's own seconds count as before."""
    files = {"sampler.py": b"def ddim_sample(*a, **k):\n    while True: pass\n", "score.py": b""}
    student = Session(zygote, overlay.Submission(files), limits=Limits(call=1.0)).student()
    with pytest.raises(TimedOut):
        student("ddim_sample", Examiner(lambda x, t: x, (2, 2), 9, T=9), np.ones((2, 2)), quality.LINEAR, 3)
