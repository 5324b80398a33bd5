#!/bin/sh
# Expected: a training with a seed ends with the same weights, whether or not its images are measured
#   in the middle: measuring is no part of it.
# Happens: KID and IS draw from torch's global generator when they are computed (subsets of images, and
#   the order before the splits), so the noise of all later steps is other noise, and so are the weights.
#   FID draws nothing. Neither class takes a generator or a seed.
# Libraries: torchmetrics 1.9.0, torch 2.14.1. Source: `torch.randperm` without a generator in the `compute` of
#   torchmetrics/image/kid.py and inception.py.
# Who meets it: a student who logs KID every epoch and compares two trainings "with the same seed", of which
#   one was measured more often; a TA who repeats a run without its evaluation.
# Date: 2026-12-01. Output seen:
#   torchmetrics 1.9.0
#   not measured 0.562603, FID 0.562603, KID 0.570091, IS 0.503551
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.14.1 torchvision==0.29.1 numpy==2.4.6 scipy==1.17.1 torchmetrics==1.9.0
cd "$d"
"$d/venv/bin/python" -W ignore - <<'EOF'
from importlib.metadata import version
import torch
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance


class Features(torch.nn.Module):
    """In the place of Inception, whose weights would have to be fetched: the means of eight rows."""

    num_features = 8

    def forward(self, images):
        return images.float().mean(dim=(1, 3)) / 255


def images(seed):
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (64, 3, 8, 8), generator=draw, dtype=torch.uint8)


def measured(metric):
    if isinstance(metric, InceptionScore):
        metric.update(images(1))
    else:
        metric.update(images(1), real=True)
        metric.update(images(2), real=False)
    metric.compute()


def trained(metric=None):
    """The weight of a denoiser of one number after 40 steps with a seed, measured or not after the 20th."""
    torch.manual_seed(7)
    weight = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([weight], 0.05)
    for step in range(40):
        eps = torch.randn(8)
        x_t = 0.8 * torch.randn(8) + 0.6 * eps
        loss = (weight * x_t - eps).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if metric and step == 20:
            measured(metric)
    return round(weight.item(), 6)


print("torchmetrics", version("torchmetrics"))
metrics = {
    "not measured": None,
    "FID": FrechetInceptionDistance(feature=Features()),
    "KID": KernelInceptionDistance(feature=Features(), subsets=4, subset_size=16),
    "IS": InceptionScore(feature=Features(), splits=4),
}
ends = {name: trained(metric) for name, metric in metrics.items()}
print(", ".join("%s %f" % each for each in ends.items()))
assert ends["FID"] == ends["not measured"]
assert ends["KID"] != ends["not measured"] != ends["IS"]
print("as found: computing KID or IS in the middle of a training with a seed makes it another training.")
EOF
