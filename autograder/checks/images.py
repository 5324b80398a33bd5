"""The training images as the checks know them: Gaussians, along the principal directions of all pixels.

A right sampler does the same to an image as to the same image seen along other directions, so nothing is lost by them.
"""

import numpy as np

from grader.checking import ASSETS
from oracle.gaussian import GaussianData
from oracle.mixture import GaussianMixture

with np.load(ASSETS / "fashion-statistics.npz", allow_pickle=False) as _file:  # by `workshop.assets.image_statistics`
    _statistics = {name: np.asarray(_file[name], np.float64) for name in _file}
STD = np.sqrt(_statistics["variances"])  # (784,), falling
ALL = GaussianData(_statistics["mean"], STD)  # one Gaussian with the mean and the covariance of all images
CENTRED = GaussianData(0.0, STD)  # the same without its mean, as in the table of W2²
CLASSES = GaussianMixture(*(_statistics[name] for name in ("weights", "means", "covariances")))  # in 64 directions
