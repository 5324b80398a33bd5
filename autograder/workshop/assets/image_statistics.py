"""What the closed-form checks know of the training images: the asset `fashion-statistics.npz`.

One Gaussian for all images, along the principal directions of its covariance, and one for each class, along the first
DIRECTIONS of them. The numbers are float32, and they define the Gaussians: nothing is asked of the images again.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Sums = tuple[int, Array, Array]  # how many images, the sum of their pixels, the sum of products of two pixels

DIRECTIONS = 64  # of 784; they hold 88 % of the variance


def make(images: NDArray[np.uint8], labels: NDArray[np.integer], path: Path) -> None:
    """Write the statistics of images (N, 28, 28) with labels (N,); pixels are scaled from 0..255 to [-1, 1].

    mean, variances      (784,), of all images along each principal direction, the variances falling
    weights              (K,), the share of each class
    means, covariances   (K, d), (K, d, d), of each class along the first d directions
    A direction's sign is free: it is taken such that the mean is not negative.
    """
    classes = [_sums(images[labels == label]) for label in np.unique(labels)]
    counts, totals, products = (np.array(each) for each in zip(*classes))
    mean, covariance = _moments(counts.sum(), totals.sum(axis=0), products.sum(axis=0))
    variances, directions = (part[..., ::-1] for part in np.linalg.eigh(covariance))
    directions = directions * np.where(mean @ directions < 0, -1.0, 1.0)
    first, moments = directions[:, :DIRECTIONS], [_moments(*sums) for sums in classes]
    means = np.array([class_mean @ first for class_mean, _ in moments])
    covariances = np.array([first.T @ class_covariance @ first for _, class_covariance in moments])
    with path.open("wb") as file:
        np.savez(
            file,
            mean=(mean @ directions).astype(np.float32),
            variances=variances.astype(np.float32),
            weights=(counts / len(images)).astype(np.float32),
            means=means.astype(np.float32),
            covariances=covariances.astype(np.float32),
        )


def _sums(images: NDArray[np.uint8]) -> Sums:
    """Exact in float64, in whatever order they are added: whole numbers below 2⁵³."""
    pixels = images.reshape(len(images), -1).astype(np.float64)
    return len(images), pixels.sum(axis=0), pixels.T @ pixels


def _moments(count: int, total: Array, products: Array) -> tuple[Array, Array]:
    """Mean and covariance of the scaled pixels; the differences are still of whole numbers below 2⁵³."""
    scale = 127.5 * count
    return total / scale - 1, (count * products - np.outer(total, total)) / scale**2
