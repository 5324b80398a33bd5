"""The Fréchet distance of two Gaussians (FID when they are fitted to features), by symmetric eigenvalues."""

import numpy as np
from numpy.typing import ArrayLike

from oracle.arrays import Array, f64


def distance(mean_a: ArrayLike, covariance_a: ArrayLike, mean_b: ArrayLike, covariance_b: ArrayLike) -> float:
    """‖m_a − m_b‖² + tr(A + B − 2 (A^½ B A^½)^½), the squared W2 distance (Heusel et al. 2017, Eq. 6).

    Means (d,), covariances (d, d), symmetric.
    """
    a, b = f64(covariance_a), f64(covariance_b)
    values, axes = np.linalg.eigh(a)
    root = (axes * np.sqrt(values.clip(min=0))) @ axes.T
    cross = np.linalg.eigvalsh(root @ b @ root).clip(min=0)
    return float(np.sum((f64(mean_a) - f64(mean_b)) ** 2) + np.trace(a) + np.trace(b) - 2 * np.sqrt(cross).sum())


def fid(features: Array, mean: ArrayLike, covariance: ArrayLike) -> float:
    """FID of features (N, d) against a reference's mean and covariance. ValueError: N is below d."""
    n, d = features.shape
    if n < d:
        raise ValueError(f"expected at least as many images as features, {d}; got {n}")
    return distance(features.mean(axis=0), np.cov(features, rowvar=False), mean, covariance)
