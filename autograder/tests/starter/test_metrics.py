"""FID, KID and IS against second implementations and closed forms; the interval of FID against independent draws."""

import os
import pickle

import numpy as np
import pytest
import torch

from grader.paths import ASSETS, STARTER
from oracle import frechet

pytest.importorskip("torch_fidelity", reason="torch-fidelity is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data, metrics, sampling
    from diffusion.features import FeatureNet

rng = np.random.default_rng


def features(n, d=8, seed=0, shift=0.0):
    """Any features: skewed, correlated, float64."""
    mix = rng(99).normal(size=(d, d))
    return torch.from_numpy((rng(seed).normal(size=(n, d)) ** 2 + rng(seed + 1).normal(size=(n, d))) @ mix + shift)


def known_as(real):
    """The reference of real features, all of which are kept."""
    return metrics.Reference(real.numpy().mean(axis=0), np.cov(real.numpy(), rowvar=False), real.float())


def with_moments(mean, covariance, n=200):
    """Features whose mean and covariance are exactly these."""
    x = rng(0).normal(size=(n, len(mean)))
    x = (x - x.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False))).T
    return torch.from_numpy(x @ np.linalg.cholesky(covariance).T + mean)


# FID


@pytest.mark.parametrize("d", [2, 8, 64])
def test_fid_is_that_of_another_implementation(d):
    made, real = features(300, d, 0), features(500, d, 5, shift=0.5)
    wanted = frechet.fid(made.numpy(), known_as(real).mu, known_as(real).sigma)
    assert metrics.fid(made, known_as(real)) == pytest.approx(wanted, rel=1e-9)


def test_fid_of_gaussians_with_common_axes_is_the_closed_form():
    axes = np.linalg.qr(rng(1).normal(size=(3, 3)))[0]
    a, b, gap = np.array([0.5, 1.0, 4.0]), np.array([2.0, 1.0, 0.25]), np.array([0.3, -0.2, 1.0])
    made, real = with_moments(gap, axes * a @ axes.T), with_moments(np.zeros(3), axes * b @ axes.T)
    wanted = (gap**2).sum() + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert metrics.fid(made, known_as(real)) == pytest.approx(wanted, rel=1e-9)


def test_fid_of_a_set_with_itself_is_zero():
    assert metrics.fid(features(100), known_as(features(100))) == pytest.approx(0, abs=1e-6)


def test_fewer_images_than_features_are_refused():
    real = known_as(features(100, 64))
    with pytest.raises(ValueError, match=r"^expected at least 64 images, .*; got 63$"):
        metrics.fid(features(63, 64), real)
    with pytest.raises(ValueError, match=r"^expected at least 64 images"):
        metrics.reference(torch.zeros(63, 1, 28, 28, dtype=torch.uint8), lambda x: (x[:, 0, :8, :8].flatten(1), x))
    assert metrics.fid(features(64, 64), real) > 0


# The interval of FID


@pytest.mark.parametrize("shift", [0.5, 0.0], ids=["far", "near"])
def test_the_interval_has_the_width_of_the_spread_over_independent_draws(shift):
    """Within 15 % at 200 draws, which know a standard deviation to 5 %; and most intervals hold the mean of FID."""
    real = known_as(features(5000, seed=1000))
    draws = [features(400, seed=7 * i, shift=shift) for i in range(200)]
    values, widths = (np.array([of(x, real) for x in draws]) for of in (metrics.fid, metrics.fid_interval))
    assert np.median(widths) == pytest.approx(metrics.QUANTILE * values.std(), rel=0.15)
    assert np.mean(abs(values - values.mean()) < widths) > 0.9


def test_the_interval_halves_with_four_times_the_images():
    """Where FID is far from 0; near 0 it falls faster, for there FID is a square of something small."""
    real = known_as(features(5000, seed=1000))
    few, many = (
        [metrics.fid_interval(features(n, seed=3 * i, shift=1.0), real) for i in range(10)] for n in (500, 2000)
    )
    assert np.mean(few) / np.mean(many) == pytest.approx(2, rel=0.15)


# KID


def mmd2(x, y):
    """The unbiased squared distance of the means in the space of the kernel (xᵀy/d + 1)³, by its sums."""
    d, n, m = x.shape[1], len(x), len(y)
    same = [[sum((a @ b / d + 1) ** 3 for j, b in enumerate(z) if j != i) for i, a in enumerate(z)] for z in (x, y)]
    across = sum((a @ b / d + 1) ** 3 for a in x for b in y)
    return sum(same[0]) / (n * (n - 1)) + sum(same[1]) / (m * (m - 1)) - 2 * across / (n * m)


def test_kid_is_the_unbiased_distance_by_its_sums():
    """With as many real images as samples every subset is all of them."""
    made, real = features(40), features(40, seed=5, shift=0.3)
    mean, spread = metrics.kid(made, known_as(real))
    assert mean == pytest.approx(mmd2(made.float().double().numpy(), real.float().double().numpy()), rel=1e-4)
    assert spread < 1e-4 * mean


def test_kid_of_the_same_distribution_is_around_zero():
    values = [metrics.kid(features(60, seed=i), known_as(features(60, seed=1000 + i)))[0] for i in range(0, 400, 10)]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))
    assert min(values) < 0 < max(values)


def test_kid_draws_its_subsets_by_the_seed():
    real = known_as(features(90, seed=5))
    first, again, other = (metrics.kid(features(40), real, seed) for seed in (0, 0, 1))
    assert first == again != other


# IS


def test_inception_score_is_that_of_its_definition():
    logits = torch.from_numpy(rng(0).normal(size=(95, 10)) * 3)
    p = np.exp(logits.numpy())[np.random.RandomState(4).permutation(95)]
    p /= p.sum(axis=1, keepdims=True)
    parts = [p[i * 95 // 10 : (i + 1) * 95 // 10] for i in range(10)]
    scores = [np.exp((part * np.log(part / part.mean(axis=0))).sum(axis=1).mean()) for part in parts]
    assert metrics.inception_score(logits, seed=4) == pytest.approx((np.mean(scores), np.std(scores)), rel=1e-9)


def test_inception_score_goes_from_one_to_the_number_of_classes():
    blind = torch.zeros(100, 5)
    sure = 50.0 * torch.eye(5).repeat(200, 1)
    assert metrics.inception_score(blind)[0] == pytest.approx(1)
    assert 4.5 < metrics.inception_score(sure)[0] < 5


# Extractors and references


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The shipped kind of feature network, with any weights."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("features") / "features.safetensors"
    checkpoints.save_network(path, FeatureNet(), {})
    return metrics.shipped_extractor(weights=path)


def test_features_do_not_depend_on_the_batch(small):
    pixels = torch.from_numpy(rng(0).integers(0, 256, (70, 1, 28, 28), dtype=np.uint8))
    (few, logits), (many, _) = (metrics.extract(small, pixels, batch) for batch in (32, 70))
    assert few.shape == (70, 64) and logits.shape == (70, 10) and few.dtype == logits.dtype == torch.float64
    torch.testing.assert_close(few, many, rtol=1e-4, atol=1e-5)


def test_a_reference_has_the_moments_of_all_and_features_of_the_first(small, monkeypatch):
    monkeypatch.setattr(metrics, "KEPT", 50)
    pixels = torch.from_numpy(rng(0).integers(0, 256, (70, 1, 28, 28), dtype=np.uint8))
    seen, _ = metrics.extract(small, pixels)
    tensors = metrics.reference(pixels, small)
    assert {name: (tuple(x.shape), x.dtype) for name, x in tensors.items()} == {
        "mu": ((64,), torch.float64),
        "sigma": ((64, 64), torch.float64),
        "features": ((50, 64), torch.float16),
    }
    torch.testing.assert_close(tensors["features"].double(), seen[:50], rtol=1e-3, atol=1e-3)
    assert metrics.fid(seen, metrics.Reference.of(tensors)) == pytest.approx(0, abs=1e-6)


def test_the_shipped_reference_is_of_images_that_the_shipped_network_knows():
    """Its first 10,000 images are like all 60,000."""
    real = metrics.Reference.of(checkpoints.read(ASSETS / "fashion-reference.safetensors")[0])
    assert real.mu.shape == (64,) and real.sigma.shape == (64, 64) and real.features.shape == (10_000, 64)
    assert metrics.fid(real.features, real) < 0.1
    network = metrics.shipped_extractor(weights=ASSETS / "fashion-features.safetensors")
    blank, _ = metrics.extract(network, torch.zeros(1, 1, 28, 28, dtype=torch.uint8))
    assert blank.isfinite().all()


def test_samples_are_seen_with_eight_bits():
    x_0 = torch.tensor([-3.0, -1.0, 0.001, 1.0, 7.0])
    assert data.to_pixels(x_0).tolist() == [0, 0, 128, 255, 255]
    pixels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(data.to_pixels(data.to_state(pixels)), pixels)


def test_inception_by_a_path_sees_grey_and_colour(tmp_path):
    """Any weights, since the real ones are not here: the shapes, and that grey is the same as three equal colours."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3 as Inception

    torch.save({}, tmp_path / "empty.pth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Inception, "load_state_dict", lambda self, weights: None)
        network = Inception("any", ["2048"], feature_extractor_weights_path=str(tmp_path / "empty.pth"))
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    inception = metrics.inception(tmp_path / "weights.pth")
    grey = torch.from_numpy(rng(0).integers(0, 256, (2, 1, 28, 28), dtype=np.uint8))
    seen, logits = metrics.extract(inception, grey)
    assert seen.shape == (2, 2048) and logits.shape == (2, 1008)
    assert torch.equal(seen, metrics.extract(inception, grey.expand(-1, 3, -1, -1))[0])


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_inception_weights_cannot_run_code(tmp_path):
    (tmp_path / "trap.pth").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    torch.save({"weights": Trap(tmp_path / "sprung")}, tmp_path / "trap.pt")
    torch.save({"fc.bias": torch.zeros(3)}, tmp_path / "other.pt")
    for name in ("trap.pth", "trap.pt", "other.pt", "nothing.pt"):
        with pytest.raises(checkpoints.BadCheckpoint, match=f"{name} cannot be read as .* Inception weights"):
            metrics.inception(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


# The noise that sampling begins with


def test_x_T_does_not_depend_on_the_batch():
    first, whole = (sampling.generators(3, torch.device("cpu"))[0] for _ in range(2))
    shape = (1, 5, 5)
    parts = torch.cat([sampling.draw_x_T(shape, n, first) for n in (2, 5, 1)])
    assert torch.equal(parts, sampling.draw_x_T(shape, 8, whole))


def test_the_noise_of_the_steps_is_not_that_of_x_T():
    drawn = [torch.randn(100, generator=g) for seed in (0, 1) for g in sampling.generators(seed, torch.device("cpu"))]
    assert abs(torch.corrcoef(torch.stack(drawn)) - torch.eye(4)).max() < 0.5
