"""How good are images? FID, KID and IS, as torch-fidelity computes them, from what a network sees in the images.

An extractor turns pixels into features, which FID and KID compare with those of real images, and into logits of
classes, which IS reads. All come to it as pixels, 0..255, uint8, as real images have them from the start: samples go
through `data.to_pixels`, which cuts off what lies outside [−1, 1] and rounds to 8 bits.

FID depends on the extractor and on the number of images (with fewer it is larger, for equally good images): compare
only figures that have both in common. KID's mean doesn't depend on the number of images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric

from diffusion import assets, checkpoints, data
from diffusion.features import FeatureNet
from diffusion.phrases import phrase

Extractor = Callable[[Tensor], tuple[Tensor, Tensor]]  # (B, C, H, W) uint8 -> features (B, d), logits (B, classes)

KEPT = 10_000  # images of the reference whose features are kept, for KID
BLOCKS, QUANTILE = 20, 2.09  # of images, for the interval of FID; Student's t at 97.5 % with one degree less


class TooFewImages(ValueError):
    """Fewer images than features: FID would say more about their singular covariance than about the images."""


@dataclass(frozen=True)
class Reference:
    """What is known of the real images: mean (d,) and covariance (d, d), float64, and the features of some of them."""

    mu: np.ndarray
    sigma: np.ndarray
    features: Tensor  # (n, d), float32

    @classmethod
    def of(cls, tensors: dict[str, Tensor]) -> "Reference":
        """From the tensors that `reference` made."""
        return cls(tensors["mu"].numpy(), tensors["sigma"].numpy(), tensors["features"].float())


def shipped_extractor(device: torch.device | str = "cpu", weights: Path | None = None) -> Extractor:
    """The feature network that comes with the assignment, for 28 × 28 grey images: d = 64. Raises NoAsset."""
    network, _ = checkpoints.load_network(weights or assets.find("fashion-features.safetensors"), device, FeatureNet)
    return torch.no_grad()(lambda pixels: network(data.to_state(pixels.to(device))))


def inception(weights: Path, device: torch.device | str = "cpu") -> Extractor:
    """Inception v3, whose FID papers report: d = 2048, images of any size, grey or colour.

    weights: torch-fidelity's `weights-inception-2015-12-05-6726825d.pth`. Raises BadCheckpoint.
    """
    try:
        torch.load(weights, weights_only=True)  # refuses a file that could run code; torch-fidelity would not
        layers, path = ["2048", "logits_unbiased"], str(weights)
        network = FeatureExtractorInceptionV3("inception", layers, feature_extractor_weights_path=path).to(device)
    except Exception as error:  # OSError, pickle's, RuntimeError, TypeError, by what the file is
        kind = type(error).__name__
        raise checkpoints.BadCheckpoint(
            phrase("{path} cannot be read as torch-fidelity's Inception weights ({kind})", path=weights, kind=kind)
        ) from error
    return torch.no_grad()(lambda pixels: network(pixels.to(device).expand(-1, 3, -1, -1)))


def extract(extractor: Extractor, pixels: Tensor, batch: int = 500) -> tuple[Tensor, Tensor]:
    """The features (N, d) and the logits (N, classes) of images (N, C, H, W) uint8; float64, on the CPU."""
    seen = [extractor(part) for part in pixels.split(batch)]
    features, logits = (torch.cat([each.double().cpu() for each in kind]) for kind in zip(*seen))
    return features, logits


def reference(pixels: Tensor, extractor: Extractor) -> dict[str, Tensor]:
    """What FID and KID need of the real images (N, C, H, W) uint8, as tensors to be written to a file.

    mu (d,), sigma (d, d): float64, of all images; features (≤ 10000, d): float16, of the first. Raises TooFewImages.
    """
    features, _ = extract(extractor, pixels)
    moments = {name: torch.from_numpy(value) for name, value in _statistics(features).items()}
    return moments | {"features": features[:KEPT].half()}


def shipped_reference() -> Reference:
    """Of all 60,000 training images of Fashion-MNIST, as the shipped extractor sees them. Raises NoAsset."""
    return Reference.of(checkpoints.read(assets.find("fashion-reference.safetensors"))[0])


def measure(features: Tensor, logits: Tensor, real: Reference, seed: int = 0) -> dict[str, float]:
    """All figures of images by what an extractor sees in them: FID with its interval, KID and IS with their spreads."""
    of, names = (features, real), ("fid", "fid_interval", "kid", "kid_std", "is", "is_std")
    return dict(zip(names, [fid(*of), fid_interval(*of), *kid(*of, seed), *inception_score(logits, seed)]))


def fid(features: Tensor, real: Reference) -> float:
    """The Fréchet inception distance: ‖μ − μ_r‖² + tr(Σ + Σ_r − 2 (Σ Σ_r)^½). features: (N, d). Raises TooFewImages."""
    moments = _statistics(features), {"mu": real.mu, "sigma": real.sigma}
    return fid_statistics_to_metric(*moments, verbose=False)["frechet_inception_distance"]


def fid_interval(features: Tensor, real: Reference) -> float:
    """Half the width of a 95 % confidence interval of FID, from the images at hand: a jackknife over blocks of them.

    Each block is left out once, and how FID moves then says how it would move with other images. The interval is for
    the mean FID of as many images from the same network and sampler; other trainings of the network differ by more,
    and with more images FID is lower. features: (N, d), in an order that means nothing.
    """
    values, vectors = np.linalg.eigh(real.sigma)
    root = np.sqrt(values.clip(min=0))[:, None] * vectors.T  # rootᵀ root = Σ_r
    parts, moved = features.double().cpu().tensor_split(BLOCKS), []
    for left_out in range(BLOCKS):
        rest = fid_features_to_statistics(torch.cat([*parts[:left_out], *parts[left_out + 1 :]]))
        gap, sigma = rest["mu"] - real.mu, rest["sigma"]
        cross = np.linalg.eigvalsh(root @ sigma @ root.T)  # Σ Σ_r has the same, but takes six times as long
        moved.append(gap @ gap + np.trace(sigma) - 2 * np.sqrt(cross.clip(min=0)).sum())  # tr Σ_r doesn't move
    return float(QUANTILE * np.sqrt((BLOCKS - 1) * np.var(moved)))


def kid(features: Tensor, real: Reference, seed: int = 0) -> tuple[float, float]:
    """The kernel inception distance, unbiased, and its standard deviation over random subsets of at most 1000 images.

    That is the spread of KID with 1000 images where there are 2000 or more; of fewer the subsets share many images, and
    it comes out too small. It is not the error of this mean over 100 such subsets.
    """
    subsets = {"kid_subsets": 100, "kid_subset_size": min(1000, len(features), len(real.features))}
    figures = kid_features_to_metric(features.float(), real.features, **subsets, rng_seed=seed, verbose=False)
    return figures["kernel_inception_distance_mean"], figures["kernel_inception_distance_std"]


def inception_score(logits: Tensor, seed: int = 0) -> tuple[float, float]:
    """exp E[KL(p(class | image) ‖ p(class))], and its standard deviation over ten parts. logits: (N, classes).

    Higher is meant to be better, but it knows no real images: it may rise while the samples get worse.
    """
    figures = isc_features_to_metric(logits, splits=10, shuffle=True, rng_seed=seed)
    return figures["inception_score_mean"], figures["inception_score_std"]


def require(images: int, features: int) -> None:
    """Raises TooFewImages unless there are as many images as features."""
    if images < features:
        raise TooFewImages(
            phrase(
                "expected at least {features} images, as many as there are features; got {images}",
                features=features,
                images=images,
            )
        )


def _statistics(features: Tensor) -> dict[str, np.ndarray]:
    require(*features.shape)
    return fid_features_to_statistics(features.double().cpu())
